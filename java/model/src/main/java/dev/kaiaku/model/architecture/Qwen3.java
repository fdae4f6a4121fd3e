package dev.kaiaku.model.architecture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** Qwen 3, its dense models: norms on the heads of q and k, no biases. */
final class Qwen3 extends Family {
    @Override
    String ggufName() {
        return "qwen3";
    }

    @Override
    String models() {
        return "Qwen 3";
    }

    @Override
    Set<String> huggingFaceNames() {
        return Set.of("Qwen3ForCausalLM", "qwen3");
    }

    @Override
    Features features(HuggingFaceConfig config) {
        config.refuseActivationOtherThan("hidden_act", "silu");
        config.refuse("attention_bias", false);
        return Features.plain(config.headDim()).withQkNorm().withLocal(QwenWindow.read(config));
    }

    @Override
    Features features(GgufConfig config) {
        return usual(config.hidden(), config.layers(), config.headDim());
    }

    @Override
    Features usual(int hidden, int layers, int headDim) {
        return Features.plain(headDim).withQkNorm();
    }

    @Override
    void write(ModelConfig config, ObjectNode json) {
        json.putArray("architectures").add("Qwen3ForCausalLM");
        json.put("model_type", "qwen3");
        json.put("hidden_act", "silu");
        json.put("attention_bias", false);
        QwenWindow.write(config, json);
    }
}
