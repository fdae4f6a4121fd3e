package dev.kaiaku.model;

import dev.kaiaku.dataset.BadInputException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file read at given positions, of any size. Thread-safe. */
public final class InputFile implements Closeable {
    private final Path path;
    private final FileChannel channel;
    private final long size;

    private InputFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /** Opens a regular file; throws {@link BadInputException} where there is none. */
    public static InputFile open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new BadInputException(path + ": no such file");
        }
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            return new InputFile(path, channel, channel.size());
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read", e);
        }
    }

    public Path path() {
        return path;
    }

    /** Bytes in the file when it was opened. */
    public long size() {
        return size;
    }

    /** Bytes {@code [position, position + length)} as a little-endian buffer at position 0. */
    public ByteBuffer read(long position, int length) {
        if (position < 0 || length < 0 || position > size - length) {
            throw new IllegalArgumentException(
                    path + ": " + length + " bytes at " + position + " of a file of " + size + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, position + buffer.position()) < 0) {
                    throw new BadInputException(path + ": became shorter while it was read");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read", e);
        }
        return buffer.flip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
