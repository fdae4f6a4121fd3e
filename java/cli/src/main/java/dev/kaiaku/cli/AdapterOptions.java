package dev.kaiaku.cli;

import static dev.kaiaku.cli.TrainingOptions.ifGiven;

import dev.kaiaku.trainer.TrainOptionsBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the adapter itself. */
final class AdapterOptions {
    @Option(names = "--rank", paramLabel = "R", description = "Rank of the adapter (default: 16).")
    private @Nullable Integer rank;

    @Option(names = "--alpha", paramLabel = "A", description = "The adapter counts alpha / rank times (default: 32).")
    private @Nullable Double alpha;

    @Option(names = "--rslora", description = "The adapter counts alpha / sqrt(rank) times.")
    private @Nullable Boolean rslora;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            description = "Share of the adapter's inputs that an update leaves out (default: 0).")
    private @Nullable Double dropout;

    @Option(
            names = "--targets",
            paramLabel = "NAMES",
            description =
                    "Linears to adapt: all-linear, attention, mlp, or some of q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj"
                            + " (default: all-linear).")
    private @Nullable String targets;

    void set(TrainOptionsBuilder builder) {
        ifGiven(rank, builder::rank);
        ifGiven(alpha, builder::alpha);
        ifGiven(rslora, builder::rslora);
        ifGiven(dropout, builder::dropout);
        ifGiven(targets, builder::targets);
    }
}
