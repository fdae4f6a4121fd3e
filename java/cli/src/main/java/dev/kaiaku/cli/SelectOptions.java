package dev.kaiaku.cli;

import dev.kaiaku.dataset.selection.SelectionOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which replies are worth learning. */
final class SelectOptions {
    @Option(
            names = "--score",
            paramLabel = "on|off",
            description = "Tell of every sample how good it is (default: on with --context session or a limit below).")
    private ReadOptions.@Nullable Switch score;

    @Option(
            names = "--min-score",
            paramLabel = "X",
            description = "Leave out replies of a lower score, from 0 to 1; `dataset preview --worst` shows them"
                    + " (default: 0).")
    private double minScore;

    @Option(names = "--top", paramLabel = "N", description = "Learn the N best replies at the most (default: all).")
    private int top;

    @Option(
            names = "--max-share-of-identical",
            paramLabel = "SHARE",
            description = "Share of the replies that one and the same short text may have (default: 1).")
    private double maxShareOfIdentical = 1;

    @Option(
            names = "--per-session-cap",
            paramLabel = "N",
            description = "Learn N replies of a session at the most, the best ones (default: all).")
    private int perSessionCap;

    /** Whether replies are scored; null where that was not said. */
    @Nullable Boolean score() {
        return score == null ? null : score == ReadOptions.Switch.ON;
    }

    /** @throws dev.kaiaku.dataset.BadInputException for a value out of range */
    SelectionOptions resolve() {
        return new SelectionOptions(minScore, top, maxShareOfIdentical, perSessionCap);
    }
}
