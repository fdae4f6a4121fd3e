package dev.kaiaku.eval.tune;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.WriteFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code tune.jsonl}: a line for everything that was measured or decided. What it holds is not done again, so that a
 * killed search goes the same way to where it was, and on from there. Not thread-safe.
 */
final class Ledger implements AutoCloseable {
    static final String FILE = "tune.jsonl";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final FileChannel channel;
    private final Map<String, JsonNode> lines = new LinkedHashMap<>();
    private double seconds;

    private Ledger(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens the ledger of a folder. A last line that a killed process left incomplete is cut off.
     *
     * @throws BadInputException for a line that is damaged
     */
    static Ledger open(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            Files.createDirectories(folder);
            String text = Files.exists(file) ? Files.readString(file) : "";
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Ledger ledger = new Ledger(file, channel);
            ledger.read(whole.lines().toList());
            long length = whole.getBytes(StandardCharsets.UTF_8).length;
            channel.truncate(length);
            channel.position(length);
            return ledger;
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private void read(List<String> texts) {
        for (String text : texts) {
            try {
                add(JSON.readTree(text));
            } catch (JsonProcessingException e) {
                throw new BadInputException(file + " line " + (lines.size() + 1) + ": no JSON; remove the folder", e);
            }
        }
    }

    private void add(JsonNode line) {
        lines.put(line.path("key").asText(), line.path("value"));
        seconds += line.path("seconds").asDouble();
    }

    /** Seconds that all lines took. */
    double seconds() {
        return seconds;
    }

    /** What is noted under a key; where nothing is, what {@code measure} finds, noted now. */
    <T> T once(String key, Class<T> type, Supplier<T> measure) {
        JsonNode known = lines.get(key);
        if (known != null) {
            try {
                return JSON.treeToValue(known, type);
            } catch (JsonProcessingException e) {
                throw new BadInputException(
                        file + ": \"" + key + "\" is not what this version notes; remove the folder", e);
            }
        }
        long start = System.nanoTime();
        T value = measure.get();
        ObjectNode line = JSON.createObjectNode().put("key", key).put("seconds", (System.nanoTime() - start) / 1e9);
        line.set("value", JSON.valueToTree(value));
        write(line);
        return value;
    }

    private void write(ObjectNode line) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            throw WriteFailure.of(file, e);
        }
        add(line);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw WriteFailure.of(file, e);
        }
    }
}
