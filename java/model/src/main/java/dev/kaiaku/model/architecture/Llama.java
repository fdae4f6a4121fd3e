package dev.kaiaku.model.architecture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.model.gguf.GgufWriter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Llama, and Mistral, which adds a sliding window that llama.cpp does not know. */
final class Llama extends Family {
    private static final int MISTRAL_WINDOW = 4096;

    @Override
    String ggufName() {
        return "llama";
    }

    @Override
    String models() {
        return "Llama 2 and 3, SmolLM2, Mistral";
    }

    @Override
    Set<String> huggingFaceNames() {
        return Set.of("LlamaForCausalLM", "llama", "MistralForCausalLM", "mistral");
    }

    @Override
    Features features(HuggingFaceConfig config) {
        config.refuseActivationOtherThan("hidden_act", "silu");
        Features plain = Features.plain(config.headDim());
        if (config.name().equals("MistralForCausalLM") || config.name().equals("mistral")) {
            @Nullable Integer window = config.windowOr(MISTRAL_WINDOW);
            return plain.withLocal(
                    window == null ? null : LocalAttention.everywhere(window, config.layers(), config.rope()));
        }
        config.refuse("mlp_bias", false);
        boolean bias = config.json().bool("attention_bias", false);
        return plain.withAttentionBias(bias, bias);
    }

    @Override
    Features features(GgufConfig config) {
        return Features.plain(config.headDim())
                .withAttentionBias(config.has("blk.0.attn_q.bias"), config.has("blk.0.attn_output.bias"));
    }

    @Override
    Features usual(int hidden, int layers, int headDim) {
        return Features.plain(headDim);
    }

    @Override
    void write(ModelConfig config, ObjectNode json) {
        Features features = config.features();
        @Nullable LocalAttention local = features.local();
        json.putArray("architectures").add(local == null ? "LlamaForCausalLM" : "MistralForCausalLM");
        json.put("model_type", local == null ? "llama" : "mistral");
        json.put("hidden_act", "silu");
        if (local != null) {
            json.put("sliding_window", local.window());
        }
        if (features.attentionBias()) {
            json.put("attention_bias", true);
        }
    }

    @Override
    void write(ModelConfig config, GgufWriter writer) {
        writer.u32("llama.vocab_size", config.vocabSize());
    }

    @Override
    boolean kvHeadsByDefault() {
        return true;
    }

    @Override
    boolean interleavesHeads() {
        return true;
    }

    @Override
    boolean hasRopeFreqs() {
        return true;
    }
}
