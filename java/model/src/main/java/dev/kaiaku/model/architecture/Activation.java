package dev.kaiaku.model.architecture;

/** The function of the feed-forward gate. */
public enum Activation {
    /** x times the logistic function of x. */
    SILU,
    /** The tanh approximation of GELU. */
    GELU_TANH
}
