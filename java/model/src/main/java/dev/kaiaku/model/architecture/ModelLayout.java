package dev.kaiaku.model.architecture;

import java.util.ArrayList;
import java.util.List;

/** Names and shapes of the tensors that a model of a configuration has, in a stable order. */
public final class ModelLayout {
    /** A tensor under its Hugging Face name; the shape is rows first. */
    public record Entry(String name, List<Long> shape) {}

    private final ModelConfig config;
    private final List<Entry> entries = new ArrayList<>();

    private ModelLayout(ModelConfig config) {
        this.config = config;
    }

    /** Every tensor: embedding, layers, final norm, head where it is not tied. */
    public static List<Entry> of(ModelConfig config) {
        ModelLayout layout = new ModelLayout(config);
        layout.matrix("model.embed_tokens", config.vocabSize(), config.hiddenSize());
        for (int i = 0; i < config.layers(); i++) {
            layout.layer("model.layers." + i + ".");
        }
        layout.vector("model.norm.weight", config.hiddenSize());
        if (!config.tiedEmbeddings()) {
            layout.matrix("lm_head", config.vocabSize(), config.hiddenSize());
        }
        return List.copyOf(layout.entries);
    }

    private void layer(String prefix) {
        int hidden = config.hiddenSize();
        int query = config.heads() * config.headDim();
        int keyValue = config.kvHeads() * config.headDim();
        Features features = config.features();
        vector(prefix + "input_layernorm.weight", hidden);
        linear(prefix + "self_attn.q_proj", query, hidden, features.attentionBias());
        linear(prefix + "self_attn.k_proj", keyValue, hidden, features.attentionBias());
        linear(prefix + "self_attn.v_proj", keyValue, hidden, features.attentionBias());
        if (features.qkNorm()) {
            vector(prefix + "self_attn.q_norm.weight", config.headDim());
            vector(prefix + "self_attn.k_norm.weight", config.headDim());
        }
        linear(prefix + "self_attn.o_proj", hidden, query, features.outputBias());
        vector(prefix + "post_attention_layernorm.weight", hidden);
        if (features.postNorms()) {
            vector(prefix + "pre_feedforward_layernorm.weight", hidden);
        }
        matrix(prefix + "mlp.gate_proj", config.intermediateSize(), hidden);
        matrix(prefix + "mlp.up_proj", config.intermediateSize(), hidden);
        matrix(prefix + "mlp.down_proj", hidden, config.intermediateSize());
        if (features.postNorms()) {
            vector(prefix + "post_feedforward_layernorm.weight", hidden);
        }
    }

    private void linear(String name, long rows, long columns, boolean bias) {
        matrix(name, rows, columns);
        if (bias) {
            vector(name + ".bias", rows);
        }
    }

    private void matrix(String name, long rows, long columns) {
        entries.add(new Entry(name + ".weight", List.of(rows, columns)));
    }

    private void vector(String name, long size) {
        entries.add(new Entry(name, List.of(size)));
    }
}
