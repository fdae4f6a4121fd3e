package dev.kaiaku.model;

/**
 * Sizes and constants of a base model, whichever file they were read from.
 *
 * @param headDim values in a head, E; {@code heads * headDim} need not be {@code hiddenSize}
 * @param contextLength positions that the base was made for
 * @param attentionBias q, k and v have biases
 * @param outputBias the attention output has a bias
 */
public record ModelConfig(
        Architecture architecture,
        int layers,
        int hiddenSize,
        int intermediateSize,
        int heads,
        int kvHeads,
        int headDim,
        int vocabSize,
        int contextLength,
        float rmsNormEps,
        Rope rope,
        boolean tiedEmbeddings,
        boolean attentionBias,
        boolean outputBias) {

    /** Number of parameters: every matrix, bias and norm, the head only where it is not the embedding. */
    public long parameters() {
        long d = hiddenSize;
        long q = (long) heads * headDim;
        long kv = (long) kvHeads * headDim;
        long layer = d * q * 2 + d * kv * 2 + 3 * d * intermediateSize + 2 * d;
        layer += attentionBias ? q + 2 * kv : 0;
        layer += outputBias ? d : 0;
        return layers * layer + d + vocabSize * d * (tiedEmbeddings ? 1 : 2);
    }
}
