package dev.kaiaku.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.WriteFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** {@code metrics.jsonl}: a line of JSON for everything that happens in a run. Not thread-safe. */
public final class MetricsLog implements AutoCloseable {
    /** Name of the file in the folder of a run. */
    public static final String FILE = "metrics.jsonl";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final FileChannel channel;

    private MetricsLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens the log of a run.
     *
     * @param length bytes of it that a checkpoint knows of; later ones are cut off
     * @throws BadInputException where there are fewer
     */
    public static MetricsLog open(Path run, long length) {
        Path file = run.resolve(FILE);
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.size() < length) {
                channel.close();
                throw new BadInputException(file + ": shorter than the checkpoint says; it cannot be gone on with");
            }
            channel.truncate(length);
            channel.position(length);
            return new MetricsLog(file, channel);
        } catch (IOException e) {
            throw WriteFailure.of(file, e);
        }
    }

    /** Appends a line; numbers that are no numbers become text. */
    public void append(Map<String, ?> values) {
        try {
            ByteBuffer line =
                    ByteBuffer.wrap((JSON.writeValueAsString(values) + "\n").getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw WriteFailure.of(file, e);
        }
    }

    /** Puts everything on the disk; returns the length in bytes. */
    public long force() {
        try {
            channel.force(false);
            return channel.position();
        } catch (IOException e) {
            throw WriteFailure.of(file, e);
        }
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
