package dev.kaiaku.model.architecture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.model.gguf.GgufWriter;
import java.util.Map;
import java.util.Set;

/** What sets a family of models apart, in both kinds of files. Stateless. */
abstract class Family {
    static final double DEFAULT_THETA = 10_000;

    /** {@code general.architecture}. */
    abstract String ggufName();

    /** The models of the family, for messages. */
    abstract String models();

    /** Entries of {@code architectures}, and {@code model_type}, of config.json. */
    abstract Set<String> huggingFaceNames();

    /** The features of a Hugging Face directory; refuses options that change the computation in other ways. */
    abstract Features features(HuggingFaceConfig config);

    /** The features of a GGUF file. */
    abstract Features features(GgufConfig config);

    /** The features that models of these sizes have, for those made up. */
    abstract Features usual(int hidden, int layers, int headDim);

    /** Adds what config.json holds beyond the sizes; {@code architectures} and {@code model_type} among it. */
    abstract void write(ModelConfig config, ObjectNode json);

    /** Writes the keys of a GGUF file that only this family has; refuses what llama.cpp would compute otherwise. */
    void write(ModelConfig config, GgufWriter writer) {}

    /** Of config.json, where it has no {@code rope_theta}. */
    double defaultTheta() {
        return DEFAULT_THETA;
    }

    /** Of config.json, where it has no {@code tie_word_embeddings}. */
    boolean tiedByDefault() {
        return false;
    }

    /** Whether config.json may leave {@code num_key_value_heads} out: as many as heads. */
    boolean kvHeadsByDefault() {
        return false;
    }

    /** See {@link Architecture#normOffset}. */
    float normOffset() {
        return 0;
    }

    /** Whether GGUF files interleave the two halves of each head of q and k. */
    boolean interleavesHeads() {
        return false;
    }

    /** Whether llama.cpp lets a tensor of divisors scale the rope frequencies. */
    boolean hasRopeFreqs() {
        return false;
    }

    /** GGUF names of the norms of a layer by their Hugging Face names. */
    Map<String, String> norms() {
        return Map.of("input_layernorm", "attn_norm", "post_attention_layernorm", "ffn_norm");
    }
}
