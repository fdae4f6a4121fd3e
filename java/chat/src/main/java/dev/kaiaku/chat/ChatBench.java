package dev.kaiaku.chat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * How fast a persona answers on this machine.
 *
 * @param promptTokens of the conversation before the first reply
 * @param promptTokensPerSecond computed before the first token of that reply
 * @param tokensPerSecond written after a reply's first token
 * @param firstTurn until the first token of the first reply
 * @param secondTurn until the first token of the next one, which needs its new tokens only
 * @param javaMicrosPerToken what Java itself spends on a token: characters, messages, stop words, waking readers
 */
public record ChatBench(
        int promptTokens,
        double promptTokensPerSecond,
        double tokensPerSecond,
        Duration firstTurn,
        Duration secondTurn,
        double javaMicrosPerToken) {
    private static final int JAVA_TOKENS = 100_000;
    private static final String FILLER =
            "so we meet at the usual place around seven, bring the dice and something to eat";

    /**
     * Measures, after a reply that warms up; every figure is the median of the rounds.
     *
     * @param persona opened for this alone
     * @param promptTokens about how many tokens the conversation has; within the context
     * @param replyTokens most tokens of a reply
     * @param afterRound told the length of the prompt after each round: what this is compared with is measured there, for
     *     machines change their speed
     */
    public static ChatBench run(
            Persona persona, int promptTokens, int replyTokens, int rounds, IntConsumer afterRound) {
        double[] prompt = new double[rounds];
        double[] write = new double[rounds];
        double[] first = new double[rounds];
        double[] second = new double[rounds];
        int tokens = 0;
        persona.conversation().say("ana", "hi").text();
        for (int round = 0; round < rounds; round++) {
            ChatOptions options =
                    ChatOptions.defaults().withTemperature(1).withSeed(round).withMaxTokens(replyTokens);
            Conversation chat = persona.conversation(null, filled(persona, options, promptTokens, round));
            chat.options(options);
            ReplyStats one = chat.reply().stats();
            ReplyStats two = chat.say("ana", "and you?").stats();
            tokens = one.promptTokens();
            first[round] = seconds(one.firstToken());
            second[round] = seconds(two.firstToken());
            prompt[round] = one.promptTokens() / first[round];
            write[round] = Math.max(0, one.tokens() + two.tokens() - 2)
                    / (seconds(one.total()) - first[round] + seconds(two.total()) - second[round]);
            afterRound.accept(tokens);
        }
        return new ChatBench(
                tokens,
                median(prompt),
                median(write),
                Duration.ofNanos((long) (median(first) * 1e9)),
                Duration.ofNanos((long) (median(second) * 1e9)),
                javaMicros());
    }

    /** A conversation of about so many tokens, unlike that of any other round from its first message on. */
    private static List<Said> filled(Persona persona, ChatOptions options, int tokens, int round) {
        List<Said> said = new ArrayList<>();
        said.add(new Said("bia", "round " + round, false));
        while (tokens(persona, options, said) < tokens) {
            said.add(new Said(persona.name(), FILLER, true));
            said.add(new Said("bia", said.size() + " " + FILLER, false));
        }
        return said;
    }

    private static int tokens(Persona persona, ChatOptions options, List<Said> said) {
        History history = new History(null);
        said.forEach(history::add);
        Persona.Prompt prompt = persona.promptOf(history.turns(), options);
        return prompt.excess() + persona.contextTokens() - prompt.maxTokens();
    }

    private static double javaMicros() {
        double micros = 0;
        // The first round warms the compiler up.
        for (int round = 0; round < 3; round++) {
            Reply reply = new Reply(ChatOptions.defaults().withStop(List.of("###")), false);
            long start = System.nanoTime();
            for (int token = 0; token < JAVA_TOKENS; token++) {
                if (token % 256 == 0) {
                    reply = new Reply(ChatOptions.defaults().withStop(List.of("###")), false);
                }
                reply.write(token % 20 == 19 ? "\n" : " word");
            }
            micros = (System.nanoTime() - start) / 1e3 / JAVA_TOKENS;
        }
        return micros;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
