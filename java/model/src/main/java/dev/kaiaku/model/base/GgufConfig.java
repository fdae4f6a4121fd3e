package dev.kaiaku.model.base;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.Architecture;
import dev.kaiaku.model.ModelConfig;
import dev.kaiaku.model.Rope;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufMetadata;
import dev.kaiaku.model.gguf.GgufTensor;
import org.jspecify.annotations.Nullable;

/** Reads a model's configuration from the keys and tensors of a GGUF file. */
final class GgufConfig {
    private static final double DEFAULT_THETA = 10_000;

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final Architecture architecture;

    private GgufConfig(GgufFile file) {
        this.file = file;
        this.metadata = file.metadata();
        this.architecture = architecture(metadata);
    }

    static ModelConfig read(GgufFile file) {
        return ConfigCheck.check(new GgufConfig(file).read(), file.path());
    }

    private static Architecture architecture(GgufMetadata metadata) {
        String name = metadata.string("general.architecture");
        for (Architecture architecture : Architecture.values()) {
            if (architecture.ggufName().equals(name)) {
                return architecture;
            }
        }
        throw ConfigCheck.unsupported(metadata.path(), name);
    }

    private ModelConfig read() {
        int hidden = integer("embedding_length");
        int heads = integer("attention.head_count");
        int headDim = headDim(hidden, heads);
        if (integer("expert_count", 0) != 0) {
            throw bad("a mixture of experts, which is not supported");
        }
        return new ModelConfig(
                architecture,
                integer("block_count"),
                hidden,
                integer("feed_forward_length"),
                heads,
                integer("attention.head_count_kv", heads),
                headDim,
                (int) Math.min(
                        Integer.MAX_VALUE, file.tensor("token_embd.weight").rows()),
                integer("context_length"),
                (float) metadata.real(key("attention.layer_norm_rms_epsilon")),
                rope(headDim),
                !file.tensors().containsKey("output.weight"),
                file.tensors().containsKey("blk.0.attn_q.bias"),
                file.tensors().containsKey("blk.0.attn_output.bias"));
    }

    private int headDim(int hidden, int heads) {
        int headDim = integer("attention.key_length", heads < 1 ? 0 : hidden / heads);
        int valueDim = integer("attention.value_length", headDim);
        int rotated = integer("rope.dimension_count", headDim);
        if (valueDim != headDim || rotated != headDim) {
            throw bad("heads of " + headDim + " with values of " + valueDim + " and " + rotated
                    + " rotated, which is not supported: all three must be equal");
        }
        return headDim;
    }

    private Rope rope(int headDim) {
        @Nullable Double base = metadata.findReal(key("rope.freq_base"));
        return new Rope(base == null ? DEFAULT_THETA : base, scaling(headDim));
    }

    private Rope.Scaling scaling(int headDim) {
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

    private int integer(String key) {
        return checked(key, metadata.integer(key(key)));
    }

    private int integer(String key, int otherwise) {
        @Nullable Long value = metadata.findInteger(key(key));
        return value == null ? otherwise : checked(key, value);
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
