package dev.kaiaku.model.architecture;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.gguf.GgufWriter;

/** Writes the keys that {@link GgufConfig} reads, as llama.cpp's converter does. */
public final class GgufConfigWriter {
    private GgufConfigWriter() {}

    /**
     * Declares {@code general.architecture} and the keys of the architecture.
     *
     * @throws BadInputException for a model that llama.cpp would compute otherwise
     */
    public static void write(ModelConfig config, GgufWriter writer) {
        Architecture architecture = config.architecture();
        String prefix = architecture.ggufName() + ".";
        writer.string("general.architecture", architecture.ggufName());
        writer.u32(prefix + "context_length", config.contextLength());
        writer.u32(prefix + "embedding_length", config.hiddenSize());
        writer.u32(prefix + "block_count", config.layers());
        writer.u32(prefix + "feed_forward_length", config.intermediateSize());
        writer.u32(prefix + "attention.head_count", config.heads());
        writer.u32(prefix + "attention.head_count_kv", config.kvHeads());
        writer.u32(prefix + "attention.key_length", config.headDim());
        writer.u32(prefix + "attention.value_length", config.headDim());
        writer.f32(prefix + "attention.layer_norm_rms_epsilon", config.rmsNormEps());
        writer.u32(prefix + "rope.dimension_count", config.headDim());
        writer.f32(prefix + "rope.freq_base", (float) config.rope().theta());
        if (config.rope().scaling() instanceof Rope.Linear linear) {
            writer.string(prefix + "rope.scaling.type", "linear");
            writer.f32(prefix + "rope.scaling.factor", (float) linear.factor());
        }
        architecture.family().write(config, writer);
    }

    /**
     * Whether the rope needs the tensor {@link GgufNames#ROPE_FREQS}.
     *
     * @throws BadInputException for an architecture without one
     */
    public static boolean needsRopeFreqs(ModelConfig config) {
        Rope.Scaling scaling = config.rope().scaling();
        boolean divisors = scaling instanceof Rope.Llama3 || scaling instanceof Rope.Divisors;
        if (divisors && !config.architecture().family().hasRopeFreqs()) {
            throw new BadInputException("llama.cpp knows this rope scaling for llama models alone, not for "
                    + config.architecture().ggufName());
        }
        return divisors;
    }
}
