package dev.kaiaku.model.architecture;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.BadInputException;

/** Writes a {@code config.json} that transformers reads, versions before 5 included. */
public final class HuggingFaceConfigWriter {
    private HuggingFaceConfigWriter() {}

    /**
     * The object of the file, without the type of the weights and the ids of special tokens.
     *
     * @throws BadInputException for the rope of a GGUF file, whose scaling has no name
     */
    public static ObjectNode json(ModelConfig config) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        config.architecture().family().write(config, json);
        json.put("hidden_size", config.hiddenSize());
        json.put("intermediate_size", config.intermediateSize());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.kvHeads());
        json.put("head_dim", config.headDim());
        json.put("vocab_size", config.vocabSize());
        json.put("max_position_embeddings", config.contextLength());
        json.put("rms_norm_eps", Double.parseDouble(Float.toString(config.rmsNormEps())));
        json.put("rope_theta", config.rope().theta());
        writeScaling(config.rope().scaling(), json);
        json.put("tie_word_embeddings", config.tiedEmbeddings());
        return json;
    }

    private static void writeScaling(Rope.Scaling scaling, ObjectNode json) {
        if (scaling instanceof Rope.Linear linear) {
            json.putObject("rope_scaling").put("rope_type", "linear").put("factor", linear.factor());
        } else if (scaling instanceof Rope.Llama3 llama3) {
            json.putObject("rope_scaling")
                    .put("rope_type", "llama3")
                    .put("factor", llama3.factor())
                    .put("low_freq_factor", llama3.lowFrequencyFactor())
                    .put("high_freq_factor", llama3.highFrequencyFactor())
                    .put("original_max_position_embeddings", llama3.originalContext());
        } else if (scaling instanceof Rope.Divisors) {
            throw new BadInputException("the rope of this GGUF file (" + GgufNames.ROPE_FREQS
                    + ") cannot be written to a config.json; take the original weights as the base");
        }
    }
}
