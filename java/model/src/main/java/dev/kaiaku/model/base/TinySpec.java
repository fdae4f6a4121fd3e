package dev.kaiaku.model.base;

import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.architecture.Rope;
import dev.kaiaku.model.format.ChatFormat;

/**
 * Sizes of a {@link TinyBase}.
 *
 * @param headDim values in a head; 0 shares the width among the heads
 * @param format control tokens of its tokeniser: SentencePiece for Gemma and for Mistral before tekken, else a byte-level BPE
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
        int headDim,
        int contextLength,
        boolean tiedEmbeddings,
        ChatFormat format,
        int merges,
        TensorType type,
        long seed) {

    /** A quarter of a megabyte, for tests that only need some model. */
    public static TinySpec defaults(Architecture architecture) {
        ChatFormat format = architecture == Architecture.GEMMA3 ? ChatFormat.GEMMA : ChatFormat.CHATML;
        return new TinySpec(architecture, 64, 2, 192, 4, 2, 0, 2048, true, format, 64, TensorType.BF16, 1);
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
                headDim,
                contextLength,
                tiedEmbeddings,
                format,
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
                headDim,
                contextLength,
                tied,
                format,
                merges,
                type,
                seed);
    }

    /** The same with heads of {@code size} values, whatever the width; 0 shares the width among the heads. */
    public TinySpec withHeadDim(int size) {
        return new TinySpec(
                architecture,
                hiddenSize,
                layers,
                intermediateSize,
                heads,
                kvHeads,
                size,
                contextLength,
                tiedEmbeddings,
                format,
                merges,
                type,
                seed);
    }

    /** The same with a tokeniser for another format. */
    public TinySpec withFormat(ChatFormat other) {
        return new TinySpec(
                architecture,
                hiddenSize,
                layers,
                intermediateSize,
                heads,
                kvHeads,
                headDim,
                contextLength,
                tiedEmbeddings,
                other,
                merges,
                type,
                seed);
    }

    ModelConfig config(int vocabSize) {
        if (headDim == 0 && hiddenSize % heads != 0) {
            throw new IllegalArgumentException(heads + " heads do not divide " + hiddenSize);
        }
        int size = headDim == 0 ? hiddenSize / heads : headDim;
        return new ModelConfig(
                architecture,
                layers,
                hiddenSize,
                intermediateSize,
                heads,
                kvHeads,
                size,
                vocabSize,
                contextLength,
                1e-5f,
                new Rope(10_000, new Rope.None()),
                tiedEmbeddings,
                architecture.usualFeatures(hiddenSize, layers, size));
    }
}
