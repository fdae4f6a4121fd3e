package dev.kaiaku.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which files a Hugging Face directory needs. */
final class SnapshotFiles {
    private SnapshotFiles() {}

    /** Whether the directory has a configuration, a tokeniser and all of the weights. */
    static boolean complete(Path directory) {
        if (!has(directory, "config.json") || !has(directory, "tokenizer.json")) {
            return false;
        }
        Path index = directory.resolve("model.safetensors.index.json");
        if (!Files.isRegularFile(index)) {
            return has(directory, "model.safetensors");
        }
        try {
            for (JsonNode shard : new ObjectMapper().readTree(index.toFile()).path("weight_map")) {
                if (!has(directory, shard.asText())) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean has(Path directory, String file) {
        return Files.isRegularFile(directory.resolve(file));
    }
}
