package dev.kaiaku.dataset.input;

import dev.kaiaku.dataset.BadInputException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Counts the bytes that pass. */
public final class CountingInput extends FilterInputStream {
    private long count;

    public CountingInput(InputStream in) {
        super(in);
    }

    /** Starts to read a file; a {@link BadInputException} says that it may not be read. */
    public static CountingInput open(Path file) {
        try {
            return new CountingInput(Files.newInputStream(file));
        } catch (AccessDeniedException e) {
            throw new BadInputException(file + ": may not be read (permission denied)", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    public long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count += value < 0 ? 0 : 1;
        return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = super.read(bytes, offset, length);
        count += Math.max(read, 0);
        return read;
    }
}
