package dev.kaiaku.model.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.JsonFields;
import dev.kaiaku.model.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code config.json}, as transformers wrote it before version 5 and since. */
public final class HuggingFaceConfig {
    private static final double DEFAULT_EPS = 1e-6;
    private static final String LOCAL = "sliding_attention";
    private static final String GLOBAL = "full_attention";

    private final Path file;
    private final JsonFields json;
    private final String name;
    private final Architecture architecture;
    private final int layers;
    private final int hidden;
    private final int heads;
    private final int headDim;
    private final int context;
    private final Rope rope;

    private HuggingFaceConfig(JsonFields json) {
        this.file = json.file();
        this.json = json;
        this.name = architectureName();
        @Nullable Architecture known = Architecture.ofHuggingFace(name);
        if (known == null) {
            throw ConfigCheck.unsupported(file, name);
        }
        this.architecture = known;
        this.layers = json.integer("num_hidden_layers");
        this.hidden = json.integer("hidden_size");
        this.heads = json.integer("num_attention_heads");
        this.headDim = readHeadDim();
        this.context = json.integer("max_position_embeddings");
        ConfigCheck.layers(layers, file);
        @Nullable JsonFields given = ropeFields(GLOBAL);
        JsonFields fields = given == null ? new JsonFields(file, JsonNodeFactory.instance.objectNode()) : given;
        this.rope = rope(fields, json.real("rope_theta", known.family().defaultTheta()));
    }

    /** The configuration in a file; throws {@link BadInputException} for one that cannot be trained. */
    public static ModelConfig read(Path file) {
        return read(new JsonFields(file, JsonFile.read(file)));
    }

    /** As {@link #read(Path)}, of an object that may be a part of its file. */
    public static ModelConfig read(JsonFields json) {
        return ConfigCheck.check(new HuggingFaceConfig(json).read(), json.file());
    }

    private ModelConfig read() {
        refuseOtherQuantisation();
        Family family = architecture.family();
        @Nullable Integer kvHeads = json.findInteger("num_key_value_heads");
        if (kvHeads == null && !family.kvHeadsByDefault()) {
            throw new BadInputException(file + ": num_key_value_heads is missing");
        }
        return new ModelConfig(
                architecture,
                layers,
                hidden,
                json.integer("intermediate_size"),
                heads,
                kvHeads == null ? heads : kvHeads,
                headDim,
                json.integer("vocab_size"),
                context,
                (float) json.real("rms_norm_eps", DEFAULT_EPS),
                rope,
                json.bool("tie_word_embeddings", family.tiedByDefault()),
                family.features(this));
    }

    private void refuseOtherQuantisation() {
        @Nullable JsonFields quantisation = json.findObject("quantization_config");
        if (quantisation != null && !quantisation.bool("load_in_4bit", false)) {
            @Nullable String method = quantisation.findText("quant_method");
            throw new BadInputException(file + ": a checkpoint quantised by " + (method == null ? "?" : method)
                    + ", of which only bitsandbytes' nf4 is supported; take the original weights or a GGUF file");
        }
    }

    private String architectureName() {
        String first = json.node().path("architectures").path(0).asText("");
        @Nullable String modelType = json.findText("model_type");
        if (first.isEmpty() && modelType == null) {
            throw new BadInputException(file + ": names no architecture; " + Architecture.supported());
        }
        return first.isEmpty() && modelType != null ? modelType : first;
    }

    private int readHeadDim() {
        @Nullable Integer given = json.findInteger("head_dim");
        if (given != null) {
            return given;
        }
        if (heads < 1 || hidden % heads != 0) {
            throw new BadInputException(file + ": hidden_size " + hidden + " is not divisible by " + heads + " heads");
        }
        return hidden / heads;
    }

    /**
     * The object that describes the rope of one kind of layers, or null. Version 5 keeps all of it in one object, or
     * in one for each kind of layers; before, the base frequency stood outside, and there was no other kind.
     */
    @Nullable JsonFields ropeFields(String layerType) {
        @Nullable JsonFields all = json.findObject("rope_parameters");
        if (all == null) {
            return layerType.equals(GLOBAL) ? json.findObject("rope_scaling") : null;
        }
        if (all.findObject(GLOBAL) != null || all.findObject(LOCAL) != null) {
            return all.findObject(layerType);
        }
        return layerType.equals(GLOBAL) ? all : null;
    }

    /** The rope of an object with or without a base frequency. */
    Rope rope(JsonFields fields, double otherwise) {
        double rotated = fields.real("partial_rotary_factor", json.real("partial_rotary_factor", 1));
        if (rotated != 1) {
            throw bad("partial_rotary_factor " + rotated, "1");
        }
        return new Rope(fields.real("rope_theta", otherwise), scaling(fields));
    }

    private Rope.Scaling scaling(JsonFields scaling) {
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

    JsonFields json() {
        return json;
    }

    /** What {@code architectures} or else {@code model_type} says. */
    String name() {
        return name;
    }

    int layers() {
        return layers;
    }

    int hidden() {
        return hidden;
    }

    int headDim() {
        return headDim;
    }

    /** The rope of layers that see everything. */
    Rope rope() {
        return rope;
    }

    /** The sliding window; null where it is off, or as long as the context. */
    @Nullable Integer windowOr(int otherwise) {
        JsonNode node = json.node().path("sliding_window");
        if (node.isNull()) {
            return null;
        }
        @Nullable Integer given = json.findInteger("sliding_window");
        int window = given == null ? otherwise : given;
        if (window < 1) {
            throw bad("sliding_window " + window, "whole numbers from 1 on, or null");
        }
        return window < context ? window : null;
    }

    /** The local layers that {@code layer_types} names, or null where there is no such list. */
    @Nullable LocalAttention layerTypes(int window, Rope localRope) {
        JsonNode types = json.node().path("layer_types");
        if (!types.isArray()) {
            return null;
        }
        if (types.size() != layers) {
            throw new BadInputException(
                    file + ": layer_types has " + types.size() + " entries for " + layers + " layers");
        }
        List<Boolean> local = new ArrayList<>();
        for (JsonNode type : types) {
            String text = type.asText();
            if (!text.equals(LOCAL) && !text.equals(GLOBAL)) {
                throw bad("the layer type " + text, GLOBAL + " and " + LOCAL);
            }
            local.add(text.equals(LOCAL));
        }
        return new LocalAttention(window, local, localRope);
    }

    /** Writes what {@link #layerTypes} reads. */
    static void writeLayerTypes(LocalAttention attention, ObjectNode json) {
        ArrayNode types = json.putArray("layer_types");
        attention.layers().forEach(local -> types.add(local ? LOCAL : GLOBAL));
    }

    /** Refuses a gate other than the family's. */
    void refuseActivationOtherThan(String key, String activation) {
        @Nullable String given = json.findText(key);
        if (given != null && !given.equals(activation)) {
            throw bad(key + " " + given, activation);
        }
    }

    /** Refuses a switch that stands otherwise. */
    void refuse(String key, boolean otherThan) {
        if (json.bool(key, otherThan) != otherThan) {
            throw bad(key + " " + !otherThan, String.valueOf(otherThan));
        }
    }

    /** Refuses a number. */
    void refuse(String key) {
        @Nullable Double given = json.findReal(key);
        if (given != null) {
            throw bad(key + " " + given, "null");
        }
    }

    BadInputException bad(String what, String supported) {
        return new BadInputException(file + ": " + what + " is not supported, only " + supported);
    }
}
