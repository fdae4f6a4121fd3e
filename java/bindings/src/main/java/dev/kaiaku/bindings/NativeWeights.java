package dev.kaiaku.bindings;

/** How frozen matrices are kept in native memory; {@code KAIAKU_WEIGHTS_*}. */
public enum NativeWeights {
    F32(0),
    BF16(1),
    /** 4 bits with double quantisation, byte for byte as bitsandbytes does it. */
    NF4(2),
    /** Each matrix stays as it came and is dequantised on use. */
    FILE(3),
    /** 8 bits in ggml's blocks of 32. */
    Q8_0(4);

    private final int code;

    NativeWeights(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
