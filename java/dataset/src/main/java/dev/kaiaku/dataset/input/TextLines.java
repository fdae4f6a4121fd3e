package dev.kaiaku.dataset.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The lines of a UTF-8 text, none longer than memory can bear: the rest of a longer one is passed over. */
public final class TextLines implements AutoCloseable {
    /** Characters of a line. */
    public static final int MAX = 1 << 22;

    private final Path file;
    private final CountingInput input;
    private final Reader reader;
    private final char[] buffer = new char[1 << 16];
    private final StringBuilder line = new StringBuilder();
    private int at;
    private int limit;
    private long number;
    private boolean cut;

    public TextLines(Path file, InputStream in) {
        this.file = file;
        input = new CountingInput(in);
        reader = new InputStreamReader(input, StandardCharsets.UTF_8);
    }

    /** The next line without its end, or null after the last one. A byte order mark is no part of it. */
    public @Nullable String next() {
        line.setLength(0);
        cut = false;
        if (!more()) {
            return null;
        }
        number++;
        if (number == 1 && buffer[at] == '\uFEFF') {
            at++;
        }
        while (more()) {
            int end = at;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            int kept = Math.min(end - at, MAX - line.length());
            line.append(buffer, at, kept);
            cut |= kept < end - at;
            at = end;
            if (end < limit) {
                at++;
                break;
            }
        }
        int end = line.length();
        return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    /** Whether the text goes on; reads on where the buffer is used up. */
    private boolean more() {
        if (at == limit) {
            at = 0;
            try {
                limit = Math.max(0, reader.read(buffer));
            } catch (IOException e) {
                throw new UncheckedIOException(file + ": " + e.getMessage(), e);
            }
        }
        return at < limit;
    }

    /** Whether the line was longer. */
    public boolean wasCut() {
        return cut;
    }

    /** Number of the line, from 1. */
    public long number() {
        return number;
    }

    /** Bytes of the text read so far. */
    public long position() {
        return input.count();
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }
}
