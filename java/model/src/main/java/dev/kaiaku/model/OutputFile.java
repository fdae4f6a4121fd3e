package dev.kaiaku.model;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file written from start to end under a temporary name; {@link #commit} gives it its own. Not thread-safe. */
public final class OutputFile implements Closeable {
    private final Path path;
    private final Path temporary;
    private final FileChannel channel;
    private long position;

    private OutputFile(Path path, Path temporary, FileChannel channel) {
        this.path = path;
        this.temporary = temporary;
        this.channel = channel;
    }

    /** Starts the file that will replace {@code path}, in the same directory, which is made where needed. */
    public static OutputFile create(Path path) {
        Path target = path.toAbsolutePath();
        try {
            Path directory = target.getParent();
            if (directory == null) {
                throw new IllegalArgumentException(path + " is no file name");
            }
            Files.createDirectories(directory);
            Path temporary = Files.createTempFile(directory, "." + target.getFileName() + ".", ".part");
            return new OutputFile(target, temporary, FileChannel.open(temporary, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be written", e);
        }
    }

    /** Bytes written so far. */
    public long position() {
        return position;
    }

    /** Writes what remains in the buffer. */
    public void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                position += channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be written", e);
        }
    }

    /** Writes zeros up to the next multiple of {@code alignment}. */
    public void pad(int alignment) {
        write(ByteBuffer.allocate((int) (-position & (alignment - 1))));
    }

    /** Makes sure that the bytes are on the disk, then gives the file its name. */
    public void commit() {
        try {
            channel.force(true);
            channel.close();
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be written", e);
        }
    }

    /** Removes what was written unless it was committed. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
