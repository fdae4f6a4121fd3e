package dev.kaiaku.cli;

import dev.kaiaku.model.export.gguf.QuantType;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an adapter becomes files that chat. */
final class ExportOptions {
    @Option(
            names = "--quant",
            split = ",",
            paramLabel = "TYPE",
            description = {
                "Type of the matrices, or several with commas, each in a file of its own: F32, F16, BF16, Q8_0, Q6_K,"
                        + " Q5_K_M, Q5_K_S, Q4_K_M, Q4_K_S, Q4_0, IQ4_NL, Q3_K_M (default: Q8_0 for gguf and ollama,"
                        + " F32 for gguf-lora, the base's own or BF16 for safetensors)."
            })
    private @Nullable List<QuantType> quants;

    @Option(
            names = "--strength",
            paramLabel = "S|auto",
            converter = StrengthConverter.class,
            description = "How much of the adapter to apply: 0 is the base, 1 as trained (default: 1, with --tune what"
                    + " that picks). auto tries 0.5 to 1.2 on held-out replies, which takes minutes. 0.5 cures a"
                    + " persona that learned too much by heart.")
    private @Nullable Double strength;

    @Option(
            names = "--base-for-merge",
            paramLabel = "MODEL",
            description = "The original weights to merge into, where training used a quantised file of them.")
    private @Nullable String baseForMerge;

    @Option(
            names = "--imatrix",
            paramLabel = "auto|none|FILE",
            description = "Spend bits on the channels that matter: measured on the persona's own samples (auto, which"
                    + " also writes imatrix.gguf beside the file), or read from a file of llama-imatrix"
                    + " (default: none).")
    private String imatrix = "none";

    @Option(
            names = "--verify",
            negatable = true,
            description = "Measure what each step from the base to the files lost, on held-out replies"
                    + " (default: on in run, off in export).")
    private @Nullable Boolean verify;

    /** The types asked for, each once; empty for the default of the form. */
    List<QuantType> quants() {
        return quants == null ? List.of() : List.copyOf(new LinkedHashSet<>(quants));
    }

    /** The strength asked for; {@link StrengthConverter#AUTO} where it has to be found, null where nothing was said. */
    @Nullable Double strength() {
        return strength;
    }

    @Nullable String baseForMerge() {
        return baseForMerge;
    }

    String imatrix() {
        return imatrix;
    }

    boolean verify(boolean otherwise) {
        return verify == null ? otherwise : verify;
    }
}
