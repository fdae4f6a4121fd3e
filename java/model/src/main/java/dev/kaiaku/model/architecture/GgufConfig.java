package dev.kaiaku.model.architecture;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufMetadata;
import dev.kaiaku.model.gguf.GgufTensor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads a model's configuration from the keys and tensors of a GGUF file. */
public final class GgufConfig {
    private final GgufFile file;
    private final GgufMetadata metadata;
    private final Architecture architecture;
    private final int layers;
    private final int hidden;
    private final int heads;
    private final int headDim;
    private final Rope rope;

    private GgufConfig(GgufFile file) {
        this.file = file;
        this.metadata = file.metadata();
        String name = metadata.string("general.architecture");
        @Nullable Architecture known = Architecture.ofGguf(name);
        if (known == null) {
            throw ConfigCheck.unsupported(file.path(), name);
        }
        this.architecture = known;
        this.layers = integer("block_count");
        ConfigCheck.layers(layers, file.path());
        this.hidden = integer("embedding_length");
        this.heads = integer("attention.head_count");
        this.headDim = readHeadDim();
        this.rope = new Rope(real("rope.freq_base", Family.DEFAULT_THETA), scaling());
    }

    /** The configuration of a file; throws {@link BadInputException} for one that cannot be trained. */
    public static ModelConfig read(GgufFile file) {
        return ConfigCheck.check(new GgufConfig(file).read(), file.path());
    }

    private ModelConfig read() {
        if (integer("expert_count", 0) != 0) {
            throw bad("a mixture of experts, which is not supported");
        }
        return new ModelConfig(
                architecture,
                layers,
                hidden,
                integer("feed_forward_length"),
                heads,
                integer("attention.head_count_kv", heads),
                headDim,
                (int) Math.min(
                        Integer.MAX_VALUE, file.tensor("token_embd.weight").rows()),
                integer("context_length"),
                (float) metadata.real(key("attention.layer_norm_rms_epsilon")),
                rope,
                !has("output.weight"),
                architecture.family().features(this));
    }

    private int readHeadDim() {
        int size = integer("attention.key_length", heads < 1 ? 0 : hidden / heads);
        int valueDim = integer("attention.value_length", size);
        int rotated = integer("rope.dimension_count", size);
        if (valueDim != size || rotated != size) {
            throw bad("heads of " + size + " with values of " + valueDim + " and " + rotated
                    + " rotated, which is not supported: all three must be equal");
        }
        return size;
    }

    private Rope.Scaling scaling() {
        @Nullable String type = metadata.findString(key("rope.scaling.type"));
        if (type != null && type.equals("linear")) {
            return new Rope.Linear(metadata.real(key("rope.scaling.factor")));
        }
        if (type != null && !type.equals("none")) {
            throw bad("rope scaling " + type + " is not supported, only none, linear and llama3");
        }
        @Nullable GgufTensor divisors = file.tensors().get(GgufNames.ROPE_FREQS);
        if (divisors == null) {
            return new Rope.None();
        }
        if (divisors.type() != TensorType.F32 || divisors.rows() != 1 || divisors.columns() != headDim / 2) {
            throw bad("tensor " + GgufNames.ROPE_FREQS + " is not F32 [" + headDim / 2 + "]");
        }
        float[] values = new float[headDim / 2];
        file.read(divisors, 0, 1).asFloatBuffer().get(values);
        return new Rope.Divisors(values);
    }

    Path path() {
        return file.path();
    }

    int layers() {
        return layers;
    }

    int hidden() {
        return hidden;
    }

    int heads() {
        return heads;
    }

    int headDim() {
        return headDim;
    }

    boolean has(String tensor) {
        return file.tensors().containsKey(tensor);
    }

    /** A key of the family, given without its prefix. */
    int integer(String key) {
        return checked(key, metadata.integer(key(key)));
    }

    int integer(String key, int otherwise) {
        @Nullable Long value = metadata.findInteger(key(key));
        return value == null ? otherwise : checked(key, value);
    }

    double real(String key, double otherwise) {
        @Nullable Double value = metadata.findReal(key(key));
        return value == null ? otherwise : value;
    }

    private int checked(String key, long value) {
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw bad("key " + key(key) + " is " + value);
        }
        return (int) value;
    }

    private String key(String name) {
        return architecture.ggufName() + "." + name;
    }

    private BadInputException bad(String what) {
        return new BadInputException(file.path() + ": " + what);
    }
}
