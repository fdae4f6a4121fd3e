package dev.kaiaku.bindings;

import com.sun.jna.Memory;
import java.util.Set;

/**
 * Sizes and features of a model; {@code kaiaku_model_config}. Letters are those of kaiaku.h.
 *
 * @param device -1: the CPU, else the index of a GPU
 * @param weights of the layers' matrices
 * @param tableWeights of embedding and head, not NF4
 * @param hiddenSize D
 * @param intermediateSize F
 * @param heads H
 * @param kvHeads K, divides H
 * @param headDim E
 * @param vocabSize V
 * @param tiedEmbeddings the head is the embedding
 * @param attentionBias q, k and v have biases
 * @param outputBias the attention output has a bias
 * @param qkNorm each head of q and k is normed before it is turned by its position
 * @param postNorms results of attention and feed-forward are normed before they are added
 * @param activation of the feed-forward's gate
 * @param slidingWindow W, how many of the newest tokens a local layer sees; 0: none is local
 * @param hostEmbedding the embedding stays in the host's memory, beside a GPU; not where it is tied
 * @param embeddingScale multiplies the embedding's rows
 * @param attentionScale multiplies q k^T
 * @param localLayers indices of the layers that see the window only
 */
public record NativeModelConfig(
        int device,
        NativeWeights weights,
        NativeWeights tableWeights,
        int layers,
        int hiddenSize,
        int intermediateSize,
        int heads,
        int kvHeads,
        int headDim,
        int vocabSize,
        boolean tiedEmbeddings,
        boolean attentionBias,
        boolean outputBias,
        boolean qkNorm,
        boolean postNorms,
        NativeActivation activation,
        int slidingWindow,
        boolean hostEmbedding,
        float rmsNormEps,
        float embeddingScale,
        float attentionScale,
        Set<Integer> localLayers) {

    public NativeModelConfig {
        localLayers = Set.copyOf(localLayers);
    }

    /**
     * Sizes have to be set; the rest begins as f32 on the CPU, SiLU, and no biases, norms of q and k, post-norms or
     * local layers. An attention scale that is not set is {@code headDim^-1/2}.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** The same with embedding and head in a form, and the embedding in a place. */
    public NativeModelConfig withTables(NativeWeights form, boolean inHost) {
        return new NativeModelConfig(
                device,
                weights,
                form,
                layers,
                hiddenSize,
                intermediateSize,
                heads,
                kvHeads,
                headDim,
                vocabSize,
                tiedEmbeddings,
                attentionBias,
                outputBias,
                qkNorm,
                postNorms,
                activation,
                slidingWindow,
                inHost,
                rmsNormEps,
                embeddingScale,
                attentionScale,
                localLayers);
    }

    KaiakuLibrary.ModelConfig toStruct() {
        KaiakuLibrary.ModelConfig struct = new KaiakuLibrary.ModelConfig();
        struct.device = device;
        struct.weights = weights.code();
        struct.table_weights = tableWeights.code();
        struct.n_layers = layers;
        struct.hidden_size = hiddenSize;
        struct.intermediate_size = intermediateSize;
        struct.n_heads = heads;
        struct.n_kv_heads = kvHeads;
        struct.head_dim = headDim;
        struct.vocab_size = vocabSize;
        struct.tied_embeddings = tiedEmbeddings ? 1 : 0;
        struct.attention_bias = attentionBias ? 1 : 0;
        struct.output_bias = outputBias ? 1 : 0;
        struct.qk_norm = qkNorm ? 1 : 0;
        struct.post_norms = postNorms ? 1 : 0;
        struct.activation = activation.code();
        struct.sliding_window = slidingWindow;
        struct.host_embedding = hostEmbedding ? 1 : 0;
        struct.rms_norm_eps = rmsNormEps;
        struct.embedding_scale = embeddingScale;
        struct.attention_scale = attentionScale;
        if (!localLayers.isEmpty()) {
            // The struct keeps the memory alive.
            Memory marks = new Memory(layers);
            for (int layer = 0; layer < layers; layer++) {
                marks.setByte(layer, (byte) (localLayers.contains(layer) ? 1 : 0));
            }
            struct.local_layers = marks;
        }
        return struct;
    }

    /** Sets the components one by one; what is not set is as {@link #builder} says. */
    public static final class Builder {
        private int device = -1;
        private NativeWeights weights = NativeWeights.F32;
        private NativeWeights tableWeights = NativeWeights.F32;
        private int layers;
        private int hiddenSize;
        private int intermediateSize;
        private int heads;
        private int kvHeads;
        private int headDim;
        private int vocabSize;
        private boolean tiedEmbeddings;
        private boolean attentionBias;
        private boolean outputBias;
        private boolean qkNorm;
        private boolean postNorms;
        private NativeActivation activation = NativeActivation.SILU;
        private int slidingWindow;
        private boolean hostEmbedding;
        private float rmsNormEps;
        private float embeddingScale = 1;
        private float attentionScale;
        private Set<Integer> localLayers = Set.of();

        private Builder() {}

        public Builder device(int value) {
            device = value;
            return this;
        }

        public Builder weights(NativeWeights value) {
            weights = value;
            return this;
        }

        public Builder tableWeights(NativeWeights value) {
            tableWeights = value;
            return this;
        }

        public Builder layers(int value) {
            layers = value;
            return this;
        }

        public Builder hiddenSize(int value) {
            hiddenSize = value;
            return this;
        }

        public Builder intermediateSize(int value) {
            intermediateSize = value;
            return this;
        }

        public Builder heads(int value) {
            heads = value;
            return this;
        }

        public Builder kvHeads(int value) {
            kvHeads = value;
            return this;
        }

        public Builder headDim(int value) {
            headDim = value;
            return this;
        }

        public Builder vocabSize(int value) {
            vocabSize = value;
            return this;
        }

        public Builder tiedEmbeddings(boolean value) {
            tiedEmbeddings = value;
            return this;
        }

        public Builder attentionBias(boolean value) {
            attentionBias = value;
            return this;
        }

        public Builder outputBias(boolean value) {
            outputBias = value;
            return this;
        }

        public Builder qkNorm(boolean value) {
            qkNorm = value;
            return this;
        }

        public Builder postNorms(boolean value) {
            postNorms = value;
            return this;
        }

        public Builder activation(NativeActivation value) {
            activation = value;
            return this;
        }

        public Builder slidingWindow(int value) {
            slidingWindow = value;
            return this;
        }

        public Builder hostEmbedding(boolean value) {
            hostEmbedding = value;
            return this;
        }

        public Builder rmsNormEps(float value) {
            rmsNormEps = value;
            return this;
        }

        public Builder embeddingScale(float value) {
            embeddingScale = value;
            return this;
        }

        public Builder attentionScale(float value) {
            attentionScale = value;
            return this;
        }

        public Builder localLayers(Set<Integer> value) {
            localLayers = value;
            return this;
        }

        public NativeModelConfig build() {
            return new NativeModelConfig(
                    device,
                    weights,
                    tableWeights,
                    layers,
                    hiddenSize,
                    intermediateSize,
                    heads,
                    kvHeads,
                    headDim,
                    vocabSize,
                    tiedEmbeddings,
                    attentionBias,
                    outputBias,
                    qkNorm,
                    postNorms,
                    activation,
                    slidingWindow,
                    hostEmbedding,
                    rmsNormEps,
                    embeddingScale,
                    attentionScale > 0 ? attentionScale : (float) (1 / Math.sqrt(headDim)),
                    localLayers);
        }
    }
}
