package dev.kaiaku.cli;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a persona writes its replies. */
final class ReplyOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description =
                    "0 writes the likeliest reply, 1 as varied as the training text (default: what the file says, or 0.8).")
    private @Nullable Double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "Draw from the N likeliest tokens, 0 for all (default: 0).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draw from tokens of this probability (default: what the file says, or 0.95).")
    private @Nullable Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description =
                    "Leave out what is less likely than this share of the likeliest token (default: what the file says, or"
                            + " 0.05).")
    private @Nullable Double minP;

    @Option(names = "--repeat-penalty", paramLabel = "X", description = "Above 1 against repetition (default: 1).")
    private double repeatPenalty = 1;

    @Option(names = "--max-tokens", paramLabel = "N", description = "The longest reply (default: 256).")
    private int maxTokens = ChatOptions.defaults().maxTokens();

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "A text that ends a reply; may be given several times.")
    private List<String> stop = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Makes replies repeatable (default: a new one each time).")
    private int seed = ChatOptions.RANDOM;

    /** The options for a file: those left out are what it says, or the usual ones. */
    ChatOptions options(Path file) {
        ChatOptions start = ChatOptions.defaults();
        try {
            start = ChatOptions.of(file);
        } catch (BadInputException e) {
            // Said where the file is opened; what is wrong with the command line comes first.
        }
        try {
            return start.withTemperature(temperature == null ? start.temperature() : temperature)
                    .withTopK(topK)
                    .withTopP(topP == null ? start.topP() : topP)
                    .withMinP(minP == null ? start.minP() : minP)
                    .withPenalties(repeatPenalty, 0, 0)
                    .withMaxTokens(maxTokens)
                    .withStop(stop)
                    .withSeed(seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
    }
}
