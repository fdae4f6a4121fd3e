package dev.kaiaku.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reading of JSON files that came from elsewhere. */
public final class JsonFile {
    private static final long MAX_BYTES = 256L << 20;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /** The object in a file; throws {@link BadInputException} where there is no file or no object in it. */
    public static JsonNode read(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new BadInputException(path + ": no such file");
        }
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new BadInputException(path + ": more than 256 MiB of JSON");
            }
            JsonNode node = MAPPER.readTree(Files.readAllBytes(path));
            if (!node.isObject()) {
                throw new BadInputException(path + ": expected a JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new BadInputException(path + ": not JSON: " + firstLine(e), e);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read", e);
        }
    }

    private static String firstLine(JsonProcessingException e) {
        var at = e.getLocation();
        String where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
        return e.getOriginalMessage().lines().findFirst().orElse("unreadable") + where;
    }
}
