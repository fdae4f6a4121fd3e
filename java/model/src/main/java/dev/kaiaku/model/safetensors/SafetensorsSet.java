package dev.kaiaku.model.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.JsonFile;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The weights of a Hugging Face directory: one file, or several with an index. Reading is thread-safe. */
public final class SafetensorsSet implements Closeable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Map<String, SafetensorsFile> files = new LinkedHashMap<>();
    private final Map<String, SafetensorsFile> holders = new LinkedHashMap<>();

    private SafetensorsSet() {}

    /** Opens every file of the model; throws {@link BadInputException} where one is missing or wrong. */
    public static SafetensorsSet open(Path directory) {
        SafetensorsSet set = new SafetensorsSet();
        boolean opened = false;
        try {
            if (Files.isRegularFile(directory.resolve(INDEX))) {
                set.openShards(directory);
            } else if (Files.isRegularFile(directory.resolve(SINGLE))) {
                SafetensorsFile file = set.openFile(directory, SINGLE);
                file.tensors().keySet().forEach(name -> set.holders.put(name, file));
            } else {
                throw new BadInputException(directory + ": no " + SINGLE + " and no " + INDEX + " in it");
            }
            opened = true;
            return set;
        } finally {
            if (!opened) {
                set.close();
            }
        }
    }

    private void openShards(Path directory) {
        Path index = directory.resolve(INDEX);
        JsonNode map = JsonFile.read(index).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new BadInputException(index + ": expected an object weight_map");
        }
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = entry.getValue().asText();
            if (!shard.matches("[A-Za-z0-9._-]+\\.safetensors")) {
                throw new BadInputException(index + ": " + entry.getKey() + " is said to be in an odd file name");
            }
            SafetensorsFile file = openFile(directory, shard);
            file.tensor(entry.getKey());
            holders.put(entry.getKey(), file);
        }
    }

    private SafetensorsFile openFile(Path directory, String name) {
        return files.computeIfAbsent(name, n -> SafetensorsFile.open(directory.resolve(n)));
    }

    /** The tensor called {@code name}, or null. */
    public @Nullable SafetensorsTensor find(String name) {
        @Nullable SafetensorsFile file = holders.get(name);
        return file == null ? null : file.tensor(name);
    }

    /** Rows of a tensor that {@link #find} returned, as {@link SafetensorsFile#read} gives them. */
    public ByteBuffer read(SafetensorsTensor tensor, long firstRow, int rows) {
        return holder(tensor).read(tensor, firstRow, rows);
    }

    /** All the bytes of a tensor that {@link #find} returned, of less than 2 GiB. */
    public ByteBuffer read(SafetensorsTensor tensor) {
        return readBytes(tensor, 0, tensor.bytes());
    }

    /** Bytes {@code [from, to)} of a tensor that {@link #find} returned, little-endian, at position 0. */
    public ByteBuffer readBytes(SafetensorsTensor tensor, long from, long to) {
        return holder(tensor).readBytes(tensor, from, to);
    }

    private SafetensorsFile holder(SafetensorsTensor tensor) {
        @Nullable SafetensorsFile file = holders.get(tensor.name());
        if (file == null) {
            throw new IllegalArgumentException("no tensor " + tensor.name());
        }
        return file;
    }

    @Override
    public void close() {
        files.values().forEach(SafetensorsFile::close);
    }
}
