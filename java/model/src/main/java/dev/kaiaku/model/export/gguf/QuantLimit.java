package dev.kaiaku.model.export.gguf;

/**
 * How much larger the NLL of a file may be than that of the merged model before it is worth a warning.
 *
 * @param share such as 0.005 for half a percent
 * @param tried whether a real base of that size was measured to keep it
 */
public record QuantLimit(double share, boolean tried) {
    private static final long SMALL = 1_000_000_000;

    /** The limit of a type: small bases bear few bits worse, and get twice as much below six bits. */
    public static QuantLimit of(QuantType type, long parameters) {
        boolean small = parameters < SMALL;
        double share = switch (type) {
            case F32, F16 -> 0.002;
            case BF16, Q8_0 -> 0.005;
            case Q6_K -> 0.01;
            case Q5_K_M, Q5_K_S -> small ? 0.03 : 0.015;
            case Q4_K_M, Q4_K_S -> small ? 0.08 : 0.04;
            case Q4_0, IQ4_NL -> small ? 0.12 : 0.06;
            case Q3_K_M -> small ? 0.24 : 0.12;
        };
        return new QuantLimit(share, small);
    }
}
