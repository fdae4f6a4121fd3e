package dev.kaiaku.cli;

import dev.kaiaku.model.export.gguf.QuantType;
import picocli.CommandLine.Option;

/** How an adapter becomes a file that chats. */
final class ExportOptions {
    @Option(
            names = "--quant",
            paramLabel = "TYPE",
            description =
                    "F32, F16, BF16, Q8_0, Q6_K, Q5_K_M, Q5_K_S, Q4_K_M, Q4_K_S, Q4_0, IQ4_NL or Q3_K_M (default: Q8_0).")
    private QuantType quant = QuantType.Q8_0;

    @Option(
            names = "--strength",
            paramLabel = "S",
            description = "How much of the adapter to apply: 0 is the base, 1 as trained (default: 1).")
    private double strength = 1;

    QuantType quant() {
        return quant;
    }

    double strength() {
        return strength;
    }
}
