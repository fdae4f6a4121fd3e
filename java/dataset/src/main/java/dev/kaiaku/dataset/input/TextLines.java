package dev.kaiaku.dataset.input;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
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
    private final BufferedReader reader;
    private final StringBuilder line = new StringBuilder();
    private long number;
    private boolean cut;

    public TextLines(Path file, InputStream in) {
        this.file = file;
        input = new CountingInput(in);
        reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8), 1 << 16);
    }

    /** The next line without its end, or null after the last one. A byte order mark is no part of it. */
    public @Nullable String next() {
        line.setLength(0);
        cut = false;
        try {
            int c = reader.read();
            if (c < 0) {
                return null;
            }
            number++;
            if (number == 1 && c == '\uFEFF') {
                c = reader.read();
            }
            for (; c >= 0 && c != '\n'; c = reader.read()) {
                if (line.length() < MAX) {
                    line.append((char) c);
                } else {
                    cut = true;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
        int end = line.length();
        return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
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
