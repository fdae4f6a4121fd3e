package dev.kaiaku.model.export.hf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.WriteFailure;
import dev.kaiaku.model.JsonFile;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.HuggingFaceConfigWriter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.tokenizer.HuggingFaceTokenizerWriter;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything of a Hugging Face directory but its weights: the files of the base where it is such a directory, else
 * what is known of it, with the chat template and the end of turn that training used.
 */
final class ModelFiles {
    private static final String CONFIG = "config.json";
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    private static final List<String> COPIED = List.of(
            "tokenizer.json",
            "tokenizer.model",
            "vocab.json",
            "merges.txt",
            "special_tokens_map.json",
            "added_tokens.json");

    private final BaseModel base;
    private final TensorType type;
    private final Path directory;

    private ModelFiles(BaseModel base, TensorType type, Path directory) {
        this.base = base;
        this.type = type;
        this.directory = directory;
    }

    static void write(BaseModel base, TensorType type, Path directory) {
        ModelFiles files = new ModelFiles(base, type, directory);
        files.writeJson(CONFIG, files.config());
        files.writeJson("generation_config.json", files.generationConfig());
        files.writeTokenizer();
        AtomicFile.write(
                directory.resolve("chat_template.jinja"), base.chatFormat().chatTemplate());
    }

    private ObjectNode config() {
        Path own = base.path().resolve(CONFIG);
        boolean given = Files.isRegularFile(own);
        ObjectNode config = given ? JsonFile.read(own).deepCopy() : HuggingFaceConfigWriter.json(base.config());
        config.remove("quantization_config");
        config.remove("dtype");
        config.put("torch_dtype", torchName());
        if (!given) {
            generationConfig().properties().forEach(entry -> config.set(entry.getKey(), entry.getValue()));
        }
        return config;
    }

    private String torchName() {
        return switch (type) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> throw new IllegalArgumentException("no name in torch for " + type);
        };
    }

    /** Generation ends where a turn of training did. */
    private ObjectNode generationConfig() {
        TokenizerData data = base.tokenizer().data();
        ChatFormat format = base.chatFormat();
        ObjectNode config = new ObjectMapper().createObjectNode();
        if (data.bosId() != null) {
            config.put("bos_token_id", data.bosId());
        }
        ArrayNode ends = config.putArray("eos_token_id");
        int endOfTurn = base.tokenizer().controlId(format.endOfTurn()).orElseThrow();
        ends.add(endOfTurn);
        @Nullable Integer eos = data.eosId();
        if (eos != null && eos != endOfTurn) {
            ends.add(eos);
        }
        config.put("pad_token_id", data.padId() == null ? endOfTurn : data.padId());
        return config;
    }

    private void writeTokenizer() {
        if (!Files.isRegularFile(base.path().resolve("tokenizer.json"))) {
            HuggingFaceTokenizerWriter.write(
                    base.tokenizer().data(), base.config().contextLength(), directory);
            return;
        }
        for (String name : COPIED) {
            Path own = base.path().resolve(name);
            if (Files.isRegularFile(own)) {
                copy(own, directory.resolve(name));
            }
        }
        Path own = base.path().resolve(TOKENIZER_CONFIG);
        if (Files.isRegularFile(own)) {
            ObjectNode config = JsonFile.read(own).deepCopy();
            // The base's own template would inject what training never saw.
            config.remove("chat_template");
            writeJson(TOKENIZER_CONFIG, config);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to);
        } catch (IOException e) {
            throw WriteFailure.of(to, e);
        }
    }

    private void writeJson(String name, JsonNode json) {
        AtomicFile.write(directory.resolve(name), json.toPrettyString() + "\n");
    }
}
