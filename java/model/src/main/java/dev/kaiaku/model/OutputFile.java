package dev.kaiaku.model;

import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.WriteFailure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** An {@link AtomicFile} of binary data, which knows how far it is and pads. Not thread-safe. */
public final class OutputFile implements Closeable {
    private final Path path;
    private final AtomicFile file;
    private long position;

    private OutputFile(Path path, AtomicFile file) {
        this.path = path;
        this.file = file;
    }

    /** Starts the file that will replace {@code path}. */
    public static OutputFile create(Path path) {
        return new OutputFile(path, AtomicFile.create(path));
    }

    /** Bytes written so far. */
    public long position() {
        return position;
    }

    /** Writes what remains in the buffer. */
    public void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                position += file.channel().write(bytes);
            }
        } catch (IOException e) {
            throw WriteFailure.of(path, e);
        }
    }

    /** Writes zeros up to the next multiple of {@code alignment}, a power of two. */
    public void pad(int alignment) {
        write(ByteBuffer.allocate((int) (-position & (alignment - 1))));
    }

    /** Makes sure that the bytes are on the disk, then gives the file its name. */
    public void commit() {
        file.commit();
    }

    /** Removes what was written unless it was committed. */
    @Override
    public void close() {
        file.close();
    }
}
