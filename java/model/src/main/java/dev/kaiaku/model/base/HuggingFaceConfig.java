package dev.kaiaku.model.base;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.Architecture;
import dev.kaiaku.model.JsonFile;
import dev.kaiaku.model.ModelConfig;
import dev.kaiaku.model.Rope;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads {@code config.json}, as transformers wrote it before version 5 and since. */
final class HuggingFaceConfig {
    private static final double DEFAULT_THETA = 10_000;
    private static final double DEFAULT_EPS = 1e-6;

    private final Path file;
    private final JsonFields json;

    private HuggingFaceConfig(Path file) {
        this.file = file;
        this.json = new JsonFields(file, JsonFile.read(file));
    }

    static ModelConfig read(Path file) {
        return ConfigCheck.check(new HuggingFaceConfig(file).read(), file);
    }

    private ModelConfig read() {
        String name = architectureName();
        Architecture architecture = switch (name) {
            case "LlamaForCausalLM", "MistralForCausalLM", "llama", "mistral" -> Architecture.LLAMA;
            case "Qwen2ForCausalLM", "qwen2" -> Architecture.QWEN2;
            default -> throw ConfigCheck.unsupported(file, name);
        };
        boolean llama = name.equals("LlamaForCausalLM") || name.equals("llama");
        int hidden = json.integer("hidden_size");
        int heads = json.integer("num_attention_heads");
        int context = json.integer("max_position_embeddings");
        refuseOthers(context, llama);
        boolean bias = llama && json.bool("attention_bias", false);
        @Nullable Integer kvHeads = json.findInteger("num_key_value_heads");
        if (kvHeads == null && !llama) {
            throw new BadInputException(file + ": num_key_value_heads is missing");
        }
        return new ModelConfig(
                architecture,
                json.integer("num_hidden_layers"),
                hidden,
                json.integer("intermediate_size"),
                heads,
                kvHeads == null ? heads : kvHeads,
                headDim(hidden, heads),
                json.integer("vocab_size"),
                context,
                (float) json.real("rms_norm_eps", DEFAULT_EPS),
                rope(context),
                json.bool("tie_word_embeddings", false),
                architecture == Architecture.QWEN2 || bias,
                bias);
    }

    private String architectureName() {
        String name = json.node().path("architectures").path(0).asText("");
        @Nullable String modelType = json.findText("model_type");
        if (name.isEmpty() && modelType == null) {
            throw new BadInputException(file + ": names no architecture; " + ConfigCheck.SUPPORTED);
        }
        return name.isEmpty() && modelType != null ? modelType : name;
    }

    private int headDim(int hidden, int heads) {
        @Nullable Integer headDim = json.findInteger("head_dim");
        if (headDim != null) {
            return headDim;
        }
        if (heads < 1 || hidden % heads != 0) {
            throw new BadInputException(file + ": hidden_size " + hidden + " is not divisible by " + heads + " heads");
        }
        return hidden / heads;
    }

    /** Options that change the computation in ways that training does not know. */
    private void refuseOthers(int context, boolean llama) {
        @Nullable String activation = json.findText("hidden_act");
        if (activation != null && !activation.equals("silu")) {
            throw bad("hidden_act " + activation, "silu");
        }
        if (llama && json.bool("mlp_bias", false)) {
            throw bad("mlp_bias true", "false");
        }
        if (json.findObject("quantization_config") != null) {
            throw new BadInputException(file + ": an already quantised checkpoint is not supported;"
                    + " use the original weights or a GGUF file");
        }
        @Nullable Integer window = json.findInteger("sliding_window");
        if (!llama && window != null && window < context && json.bool("use_sliding_window", true)) {
            throw bad("sliding_window " + window + " below the context of " + context, "null");
        }
    }

    /** Version 5 keeps all of it in one object; before, the base frequency stood outside. */
    private Rope rope(int context) {
        @Nullable JsonFields given = json.findObject("rope_parameters");
        if (given == null) {
            given = json.findObject("rope_scaling");
        }
        JsonFields rope = given == null ? new JsonFields(file, JsonNodeFactory.instance.objectNode()) : given;
        double rotated = rope.real("partial_rotary_factor", json.real("partial_rotary_factor", 1));
        if (rotated != 1) {
            throw bad("partial_rotary_factor " + rotated, "1");
        }
        double theta = rope.real("rope_theta", json.real("rope_theta", DEFAULT_THETA));
        return new Rope(theta, scaling(rope, context));
    }

    private Rope.Scaling scaling(JsonFields scaling, int context) {
        @Nullable String type = scaling.findText("rope_type");
        if (type == null) {
            type = scaling.findText("type");
        }
        return switch (type == null ? "default" : type) {
            case "default" -> new Rope.None();
            case "linear" -> new Rope.Linear(scaling.real("factor"));
            case "llama3" -> {
                @Nullable Integer original = scaling.findInteger("original_max_position_embeddings");
                yield new Rope.Llama3(
                        scaling.real("factor"),
                        scaling.real("low_freq_factor"),
                        scaling.real("high_freq_factor"),
                        original == null ? context : original);
            }
            default -> throw bad("rope scaling " + type, "default, linear or llama3");
        };
    }

    private BadInputException bad(String what, String supported) {
        return new BadInputException(file + ": " + what + " is not supported, only " + supported);
    }
}
