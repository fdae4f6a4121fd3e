package dev.kaiaku.trainer.forecast;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.Examples;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dataset in tokens.
 *
 * @param tokens of one pass over the examples
 * @param targets those of them that are learned
 * @param validationTokens of an evaluation
 * @param longest tokens of the longest example
 * @param meanLength tokens that a token's example has
 * @param counted by the base's tokeniser; else estimated from the bytes
 */
public record DataSize(
        long tokens, long targets, long validationTokens, int longest, double meanLength, boolean counted) {
    /** Bytes of chat text to a token, and tokens that a turn's header and end take: roughly, of any tokeniser. */
    private static final double BYTES_A_TOKEN = 3.5;

    private static final int TOKENS_A_TURN = 5;

    /**
     * Reads a dataset.
     *
     * @param base whose tokeniser counts; null: none is here
     * @param seqLen that examples are cut to
     */
    public static DataSize read(Path data, @Nullable BaseModel base, int seqLen, Progress progress) {
        List<Conversation> train = ConversationFile.read(data.resolve("train.jsonl"));
        Path held = data.resolve("validation.jsonl");
        List<Conversation> validation = Files.exists(held) ? ConversationFile.read(held) : List.of();
        if (base == null) {
            return estimated(train, validation, seqLen);
        }
        Examples examples = Examples.of(train, base, seqLen, progress);
        Examples evaluated = Examples.of(validation, base, seqLen, progress);
        double squares = examples.list().stream()
                .mapToDouble(example -> (double) example.length() * example.length())
                .sum();
        return new DataSize(
                examples.tokens(),
                examples.targets(),
                evaluated.tokens(),
                Math.max(examples.longest(), evaluated.longest()),
                squares / examples.list().stream().mapToDouble(Example::length).sum(),
                true);
    }

    private static DataSize estimated(List<Conversation> train, List<Conversation> validation, int seqLen) {
        double[] lengths = train.stream()
                .mapToDouble(each -> Math.min(seqLen, tokens(each)))
                .toArray();
        double sum = 0;
        double squares = 0;
        double longest = 0;
        for (double length : lengths) {
            sum += length;
            squares += length * length;
            longest = Math.max(longest, length);
        }
        double targets = train.stream()
                .flatMap(each -> each.turns().stream())
                .filter(Turn::target)
                .mapToDouble(DataSize::tokens)
                .sum();
        double evaluated = validation.stream()
                .mapToDouble(each -> Math.min(seqLen, tokens(each)))
                .sum();
        return new DataSize(
                Math.round(sum),
                Math.round(Math.min(sum, targets)),
                Math.round(evaluated),
                (int) Math.ceil(longest),
                sum == 0 ? 1 : squares / sum,
                false);
    }

    private static double tokens(Conversation conversation) {
        return conversation.turns().stream().mapToDouble(DataSize::tokens).sum();
    }

    private static double tokens(Turn turn) {
        return turn.content().getBytes(StandardCharsets.UTF_8).length / BYTES_A_TOKEN + TOKENS_A_TURN;
    }
}
