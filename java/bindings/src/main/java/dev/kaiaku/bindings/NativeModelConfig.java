package dev.kaiaku.bindings;

/**
 * Sizes of a model; {@code kaiaku_model_config}. Letters are those of kaiaku.h.
 *
 * @param architecture {@code KAIAKU_ARCH_*}
 * @param hiddenSize D
 * @param intermediateSize F
 * @param heads H
 * @param kvHeads K, divides H
 * @param headDim E
 * @param vocabSize V
 * @param attentionBias q, k and v have biases
 * @param outputBias the attention output has a bias
 */
public record NativeModelConfig(
        int architecture,
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
        float rmsNormEps) {

    KaiakuLibrary.ModelConfig toStruct() {
        KaiakuLibrary.ModelConfig struct = new KaiakuLibrary.ModelConfig();
        struct.architecture = architecture;
        struct.weights = 0;
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
        struct.rms_norm_eps = rmsNormEps;
        return struct;
    }
}
