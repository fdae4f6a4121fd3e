package dev.kaiaku.model.architecture;

import org.jspecify.annotations.Nullable;

/**
 * What the layers of a model compute beyond what all families have in common.
 *
 * @param attentionBias q, k and v have biases
 * @param outputBias the attention output has a bias
 * @param qkNorm q and k are normed, head by head, before rope
 * @param postNorms the results of attention and feed-forward are normed before they are added
 * @param embeddingScale factor of the embedding
 * @param attentionScale factor of the products of q and k
 * @param local null where every layer sees everything before it
 */
public record Features(
        boolean attentionBias,
        boolean outputBias,
        boolean qkNorm,
        boolean postNorms,
        Activation activation,
        float embeddingScale,
        float attentionScale,
        @Nullable LocalAttention local) {

    /** The features of Llama: none of the extras, products of q and k divided by the root of E. */
    public static Features plain(int headDim) {
        return new Features(false, false, false, false, Activation.SILU, 1, scale(headDim), null);
    }

    static float scale(double squared) {
        return (float) (1 / Math.sqrt(squared));
    }

    Features withAttentionBias(boolean attention, boolean output) {
        return new Features(attention, output, qkNorm, postNorms, activation, embeddingScale, attentionScale, local);
    }

    Features withQkNorm() {
        return new Features(
                attentionBias, outputBias, true, postNorms, activation, embeddingScale, attentionScale, local);
    }

    Features withLocal(@Nullable LocalAttention attention) {
        return new Features(
                attentionBias, outputBias, qkNorm, postNorms, activation, embeddingScale, attentionScale, attention);
    }
}
