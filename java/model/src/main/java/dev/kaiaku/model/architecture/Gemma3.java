package dev.kaiaku.model.architecture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.JsonFields;
import dev.kaiaku.model.gguf.GgufWriter;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gemma 3, its text models: four norms a layer, norms on the heads of q and k, five local layers before each global
 * one, a scaled embedding. The scale is the root of D in f32, as llama.cpp has it; transformers rounds it to the
 * type of the weights.
 */
final class Gemma3 extends Family {
    private static final double LOCAL_THETA = 10_000;
    private static final int PERIOD = 6;
    private static final int USUAL_WINDOW = 512;
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_ATTENTION_SCALAR = 256;
    private static final int LAYERS_OF_27B = 62;

    @Override
    String ggufName() {
        return "gemma3";
    }

    @Override
    String models() {
        return "Gemma 3 without vision";
    }

    @Override
    Set<String> huggingFaceNames() {
        return Set.of("Gemma3ForCausalLM", "gemma3_text");
    }

    @Override
    Features features(HuggingFaceConfig config) {
        config.refuseActivationOtherThan("hidden_activation", "gelu_pytorch_tanh");
        config.refuse("attention_bias", false);
        config.refuse("use_bidirectional_attention", false);
        config.refuse("attn_logit_softcapping");
        config.refuse("final_logit_softcapping");
        @Nullable Integer scalar = config.json().findInteger("query_pre_attn_scalar");
        float scale = Features.scale(scalar == null ? DEFAULT_ATTENTION_SCALAR : scalar);
        return features(config.hidden(), scale, local(config));
    }

    private static Features features(int hidden, float attentionScale, @Nullable LocalAttention local) {
        float embeddingScale = (float) Math.sqrt(hidden);
        return new Features(false, false, true, true, Activation.GELU_TANH, embeddingScale, attentionScale, local);
    }

    private static @Nullable LocalAttention local(HuggingFaceConfig config) {
        @Nullable Integer window = config.windowOr(DEFAULT_WINDOW);
        if (window == null) {
            return null;
        }
        @Nullable JsonFields given = config.ropeFields("sliding_attention");
        double theta = config.json().real("rope_local_base_freq", LOCAL_THETA);
        Rope rope = given == null ? new Rope(theta, new Rope.None()) : config.rope(given, theta);
        @Nullable LocalAttention named = config.layerTypes(window, rope);
        if (named != null) {
            return named;
        }
        @Nullable Integer period = config.json().findInteger("sliding_window_pattern");
        if (period != null && period < 1) {
            throw config.bad("sliding_window_pattern " + period, "whole numbers from 1 on");
        }
        return LocalAttention.periodic(window, period == null ? PERIOD : period, config.layers(), rope);
    }

    @Override
    Features features(GgufConfig config) {
        float scale = attentionScale(config.layers(), config.hidden(), config.heads(), config.headDim());
        int window = config.integer("attention.sliding_window", 0);
        if (window == 0) {
            return features(config.hidden(), scale, null);
        }
        int period = config.integer("attention.sliding_window_pattern", PERIOD);
        if (period < 1) {
            throw new BadInputException(config.path() + ": key gemma3.attention.sliding_window_pattern is " + period);
        }
        Rope rope = new Rope(config.real("rope.freq_base_swa", LOCAL_THETA), new Rope.None());
        return features(config.hidden(), scale, LocalAttention.periodic(window, period, config.layers(), rope));
    }

    /** llama.cpp takes it from the sizes: another rule for the largest model. */
    private static float attentionScale(int layers, int hidden, int heads, int headDim) {
        return Features.scale(layers == LAYERS_OF_27B ? hidden / Math.max(1, heads) : headDim);
    }

    @Override
    Features usual(int hidden, int layers, int headDim) {
        Rope rope = new Rope(LOCAL_THETA, new Rope.None());
        LocalAttention local = LocalAttention.periodic(USUAL_WINDOW, PERIOD, layers, rope);
        return features(hidden, Features.scale(headDim), local);
    }

    @Override
    void write(ModelConfig config, ObjectNode json) {
        Features features = config.features();
        json.putArray("architectures").add("Gemma3ForCausalLM");
        json.put("model_type", "gemma3_text");
        json.put("hidden_activation", "gelu_pytorch_tanh");
        json.put("attention_bias", false);
        json.put(
                "query_pre_attn_scalar",
                Math.round(1 / (features.attentionScale() * (double) features.attentionScale())));
        @Nullable LocalAttention local = features.local();
        if (local == null) {
            json.putNull("sliding_window");
        } else {
            json.put("sliding_window", local.window());
            json.put("rope_local_base_freq", local.rope().theta());
            HuggingFaceConfig.writeLayerTypes(local, json);
        }
    }

    @Override
    void write(ModelConfig config, GgufWriter writer) {
        float scale = attentionScale(config.layers(), config.hiddenSize(), config.heads(), config.headDim());
        if (Math.abs(scale - config.features().attentionScale()) > 1e-6f * scale) {
            throw new BadInputException("llama.cpp divides the attention of a gemma3 of these sizes by " + 1 / scale
                    + ", the base asks for " + 1 / config.features().attentionScale() + " (query_pre_attn_scalar)");
        }
        @Nullable LocalAttention local = config.features().local();
        if (local == null) {
            return;
        }
        writer.u32("gemma3.attention.sliding_window", local.window());
        writer.f32("gemma3.rope.freq_base_swa", (float) local.rope().theta());
        LocalAttention usual = LocalAttention.periodic(local.window(), PERIOD, config.layers(), local.rope());
        if (!local.equals(usual) || !(local.rope().scaling() instanceof Rope.None)) {
            throw new BadInputException("llama.cpp makes every " + PERIOD + "th layer of a gemma3 global"
                    + " and scales no rope of the others; the base differs (layer_types, rope_parameters)");
        }
    }

    @Override
    double defaultTheta() {
        return 1_000_000;
    }

    @Override
    boolean tiedByDefault() {
        return true;
    }

    @Override
    float normOffset() {
        return 1;
    }

    @Override
    Map<String, String> norms() {
        return Map.of(
                "input_layernorm", "attn_norm",
                "post_attention_layernorm", "post_attention_norm",
                "pre_feedforward_layernorm", "ffn_norm",
                "post_feedforward_layernorm", "post_ffw_norm");
    }
}
