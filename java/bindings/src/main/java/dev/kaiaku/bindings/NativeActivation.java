package dev.kaiaku.bindings;

/** Activation of the feed-forward's gate; {@code KAIAKU_ACTIVATION_*}. */
public enum NativeActivation {
    SILU(0),
    /** GELU in its tanh form. */
    GELU_TANH(1);

    private final int code;

    NativeActivation(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
