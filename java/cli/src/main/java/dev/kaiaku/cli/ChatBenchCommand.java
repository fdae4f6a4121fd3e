package dev.kaiaku.cli;

import dev.kaiaku.chat.ChatBench;
import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench chat}. */
@Command(
        name = "chat",
        description = "Measure how fast a persona answers: reading, writing, and a second turn of a long conversation.",
        footer = {"", "Example:", "  kaiaku-train bench chat ana/persona.gguf --engine libllama --json"})
final class ChatBenchCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE.gguf", description = "What `kaiaku-train export` or `run` wrote.")
    private Path file;

    @Option(names = "--prompt-tokens", paramLabel = "N", description = "Length of the conversation (default: 2000).")
    private int promptTokens = 2000;

    @Option(names = "--reply-tokens", paramLabel = "N", description = "The longest reply (default: 128).")
    private int replyTokens = 128;

    @Option(names = "--rounds", paramLabel = "N", description = "The median of them is told (default: 3).")
    private int rounds = 3;

    @Option(
            names = "--llama-bench",
            paramLabel = "FILE",
            description = "llama.cpp's own benchmark, run after each round on the same file, threads and lengths; tells"
                    + " how much of its speed is reached.")
    private @Nullable Path llamaBench;

    @Mixin
    private EngineOption engine;

    @Mixin
    private JsonOption json;

    ChatBenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (promptTokens < 1 || replyTokens < 1 || rounds < 1) {
            throw new ParameterException(
                    spec.commandLine(), "expected --prompt-tokens, --reply-tokens and --rounds from 1");
        }
        @Nullable LlamaBench own = llamaBench == null ? null : new LlamaBench(llamaBench, file, engine.resolvedThreads());
        try (Persona persona = engine.open(file, ChatOptions.defaults(), 1, console)) {
            ChatBench bench = ChatBench.run(persona, promptTokens, replyTokens, rounds, tokens -> {
                if (own != null) {
                    own.round(tokens, replyTokens);
                }
            });
            Summary summary = summary(persona, bench);
            if (own != null) {
                compare(summary, bench, own);
            }
            json.print(console, summary);
        }
        return ExitCode.DONE;
    }

    private static void compare(Summary summary, ChatBench bench, LlamaBench own) {
        double prompt = bench.promptTokensPerSecond() / own.prompt();
        double write = bench.tokensPerSecond() / own.write();
        summary.line(String.format(
                        Locale.ROOT,
                        "llama.cpp's own benchmark reads %.0f tokens/s and writes %.1f tokens/s: %.2f and %.2f of"
                                + " that.",
                        own.prompt(),
                        own.write(),
                        prompt,
                        write))
                .put("llama_bench_prompt_tokens_per_second", own.prompt())
                .put("llama_bench_tokens_per_second", own.write())
                .put("prompt_ratio", prompt)
                .put("write_ratio", write);
    }

    private static Summary summary(Persona persona, ChatBench bench) {
        double first = bench.firstTurn().toNanos() / 1e9;
        double second = bench.secondTurn().toNanos() / 1e9;
        return new Summary()
                .line(persona.engine())
                .line(String.format(
                        Locale.ROOT,
                        "Reads %.0f tokens/s, writes %.1f tokens/s; %.1f us of a token are Java's.",
                        bench.promptTokensPerSecond(),
                        bench.tokensPerSecond(),
                        bench.javaMicrosPerToken()))
                .line(String.format(
                        Locale.ROOT,
                        "First token of a conversation of %d tokens after %.2f s, of its next turn after %.3f s.",
                        bench.promptTokens(),
                        first,
                        second))
                .put("engine", persona.engine())
                .put("prompt_tokens", bench.promptTokens())
                .put("prompt_tokens_per_second", bench.promptTokensPerSecond())
                .put("tokens_per_second", bench.tokensPerSecond())
                .put("first_turn_seconds", first)
                .put("second_turn_seconds", second)
                .put("java_micros_per_token", bench.javaMicrosPerToken());
    }
}
