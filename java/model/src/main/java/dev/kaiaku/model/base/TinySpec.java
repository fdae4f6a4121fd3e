package dev.kaiaku.model.base;

import dev.kaiaku.model.Architecture;
import dev.kaiaku.model.ModelConfig;
import dev.kaiaku.model.Rope;
import dev.kaiaku.model.TensorType;

/**
 * Sizes of a {@link TinyBase}.
 *
 * @param merges how many merges its tokeniser learns; fewer where the text has no more pairs
 * @param type of the matrices: F32 or BF16
 * @param seed of the weights
 */
public record TinySpec(
        Architecture architecture,
        int hiddenSize,
        int layers,
        int intermediateSize,
        int heads,
        int kvHeads,
        int contextLength,
        boolean tiedEmbeddings,
        int merges,
        TensorType type,
        long seed) {

    /** A quarter of a megabyte, for tests that only need some model. */
    public static TinySpec defaults(Architecture architecture) {
        return new TinySpec(architecture, 64, 2, 192, 4, 2, 2048, true, 64, TensorType.BF16, 1);
    }

    /** The same with other sizes. */
    public TinySpec withSizes(int hidden, int layerCount, int intermediate, int headCount, int kvHeadCount) {
        return new TinySpec(
                architecture,
                hidden,
                layerCount,
                intermediate,
                headCount,
                kvHeadCount,
                contextLength,
                tiedEmbeddings,
                merges,
                type,
                seed);
    }

    /** The same with a head of its own, or without. */
    public TinySpec withTiedEmbeddings(boolean tied) {
        return new TinySpec(
                architecture,
                hiddenSize,
                layers,
                intermediateSize,
                heads,
                kvHeads,
                contextLength,
                tied,
                merges,
                type,
                seed);
    }

    ModelConfig config(int vocabSize) {
        boolean bias = architecture == Architecture.QWEN2;
        return new ModelConfig(
                architecture,
                layers,
                hiddenSize,
                intermediateSize,
                heads,
                kvHeads,
                hiddenSize / heads,
                vocabSize,
                contextLength,
                1e-5f,
                new Rope(10_000, new Rope.None()),
                tiedEmbeddings,
                bias,
                false);
    }
}
