package dev.kaiaku.model.architecture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** Qwen 1.5, 2 and 2.5: biases on q, k and v. */
final class Qwen2 extends Family {
    @Override
    String ggufName() {
        return "qwen2";
    }

    @Override
    String models() {
        return "Qwen 1.5, 2, 2.5";
    }

    @Override
    Set<String> huggingFaceNames() {
        return Set.of("Qwen2ForCausalLM", "qwen2");
    }

    @Override
    Features features(HuggingFaceConfig config) {
        config.refuseActivationOtherThan("hidden_act", "silu");
        return Features.plain(config.headDim()).withAttentionBias(true, false).withLocal(QwenWindow.read(config));
    }

    @Override
    Features features(GgufConfig config) {
        return usual(config.hidden(), config.layers(), config.headDim());
    }

    @Override
    Features usual(int hidden, int layers, int headDim) {
        return Features.plain(headDim).withAttentionBias(true, false);
    }

    @Override
    void write(ModelConfig config, ObjectNode json) {
        json.putArray("architectures").add("Qwen2ForCausalLM");
        json.put("model_type", "qwen2");
        json.put("hidden_act", "silu");
        QwenWindow.write(config, json);
    }
}
