package dev.kaiaku.trainer.forecast;

import dev.kaiaku.bindings.NativeModelConfig;

/**
 * Floating-point operations of training with LoRA on every linear, for one token. Letters: n frozen values of a layer's
 * linears, r their LoRA's, a = 2 H E s operations of causal attention forward over s tokens.
 *
 * @param rank of LoRA
 * @param meanLength s, tokens that a token's sequence has
 * @param targetShare share of the tokens that are learned, for which alone the head is computed
 */
public record Operations(NativeModelConfig model, int rank, double meanLength, double targetShare) {
    /**
     * Those that no way of computing can avoid: forward and the gradient of the input of every frozen linear (4 n), LoRA
     * three times (6 r), attention 3.5 times, the head twice.
     */
    public double useful() {
        return model.layers() * (4 * linear() + 6 * lora() + 3.5 * attention())
                + 4.0 * model.vocabSize() * model.hiddenSize() * targetShare;
    }

    /** Those, and forward once more in layers that do not keep what it made. */
    public double done(int keptLayers) {
        return useful() + (model.layers() - keptLayers) * (2 * linear() + 2 * lora() + attention());
    }

    private double linear() {
        double hidden = model.hiddenSize();
        return 2 * hidden * queries() + 2 * hidden * keys() + 3 * hidden * model.intermediateSize();
    }

    private double lora() {
        double hidden = model.hiddenSize();
        return rank * (2 * (hidden + queries()) + 2 * (hidden + keys()) + 3 * (hidden + model.intermediateSize()));
    }

    private double attention() {
        return 2 * queries() * meanLength;
    }

    private double queries() {
        return (double) model.heads() * model.headDim();
    }

    private double keys() {
        return (double) model.kvHeads() * model.headDim();
    }
}
