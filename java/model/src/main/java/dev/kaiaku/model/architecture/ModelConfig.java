package dev.kaiaku.model.architecture;

import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Path;

/**
 * Sizes and constants of a base model, whichever file they were read from.
 *
 * @param headDim values in a head, E; {@code heads * headDim} need not be {@code hiddenSize}
 * @param contextLength positions that the base was made for
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
        Features features) {

    /**
     * This configuration, if it can be that of a model.
     *
     * @param file where it came from, for messages
     * @throws BadInputException naming what is missing or absurd
     */
    public ModelConfig checked(Path file) {
        return ConfigCheck.check(this, file);
    }

    /** Number of parameters: every matrix, bias and norm, the head only where it is not the embedding. */
    public long parameters() {
        long d = hiddenSize;
        long q = (long) heads * headDim;
        long kv = (long) kvHeads * headDim;
        long layer = d * q * 2 + d * kv * 2 + 3 * d * intermediateSize + 2 * d;
        layer += features.attentionBias() ? q + 2 * kv : 0;
        layer += features.outputBias() ? d : 0;
        layer += features.qkNorm() ? 2L * headDim : 0;
        layer += features.postNorms() ? 2 * d : 0;
        return layers * layer + d + vocabSize * d * (tiedEmbeddings ? 1 : 2);
    }
}
