package dev.kaiaku.model.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.AtomicFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes {@code tokenizer.json} and {@code tokenizer_config.json}, for other tools to read. */
public final class HuggingFaceTokenizerWriter {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private HuggingFaceTokenizerWriter() {}

    /**
     * Writes both files.
     *
     * @param contextLength positions of the model, {@code model_max_length}
     */
    public static void write(TokenizerData data, int contextLength, Path directory) {
        AtomicFile.write(directory.resolve("tokenizer.json"), json(data) + "\n");
        AtomicFile.write(
                directory.resolve("tokenizer_config.json"),
                config(data, contextLength).toPrettyString() + "\n");
    }

    private static String json(TokenizerData data) {
        @Nullable Pieces pieces = data.pieces();
        if (pieces != null) {
            return EncoderJson.write(data, pieces);
        }
        @Nullable PreTokenizer pre = PreTokenizer.ofGgufName(data.pre());
        if (pre == null) {
            throw new IllegalArgumentException("unknown rule " + data.pre());
        }
        return EncoderJson.write(data, pre, true);
    }

    private static ObjectNode config(TokenizerData data, int contextLength) {
        ObjectNode config = MAPPER.createObjectNode();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("model_max_length", contextLength);
        config.put("clean_up_tokenization_spaces", false);
        config.put("add_bos_token", data.addBos());
        put(config, "bos_token", data.bosId(), data);
        put(config, "eos_token", data.eosId(), data);
        put(config, "pad_token", data.padId(), data);
        put(config, "unk_token", data.unkId(), data);
        return config;
    }

    private static void put(ObjectNode config, String key, @Nullable Integer id, TokenizerData data) {
        if (id != null) {
            config.put(key, data.tokens().get(id));
        }
    }
}
