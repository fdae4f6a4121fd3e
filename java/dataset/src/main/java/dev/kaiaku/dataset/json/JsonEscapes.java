package dev.kaiaku.dataset.json;

import java.io.IOException;
import java.io.Reader;

/**
 * Makes valid JSON of what some programs write: {@code \x0F} becomes <code>&#92;u000F</code>, and a byte order
 * mark at the start is passed over. Nothing else changes.
 */
public final class JsonEscapes extends Reader {
    private static final int CHUNK = 1 << 13;

    private final Reader in;
    private final char[] raw = new char[CHUNK];
    /** No character of the input becomes more than two, apart from what was held back before. */
    private final char[] ready = new char[2 * CHUNK + 8];

    /** What of an escape has been seen but not handed on: nothing, a backslash, an x, one digit. */
    private int held;

    private char digit;
    private int at;
    private int end;
    private boolean started;
    private boolean finished;

    public JsonEscapes(Reader in) {
        this.in = in;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        while (at == end) {
            if (finished) {
                return -1;
            }
            fill();
        }
        int count = Math.min(length, end - at);
        System.arraycopy(ready, at, target, offset, count);
        at += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void fill() throws IOException {
        at = 0;
        end = 0;
        int count = in.read(raw, 0, CHUNK);
        if (count < 0) {
            finished = true;
            release();
            return;
        }
        int first = !started && count > 0 && raw[0] == '\uFEFF' ? 1 : 0;
        started |= count > 0;
        for (int i = first; i < count; i++) {
            accept(raw[i]);
        }
    }

    private void accept(char c) {
        if (held == 0) {
            if (c == '\\') {
                held = 1;
            } else {
                put(c);
            }
        } else if (held == 1) {
            if (c == 'x') {
                held = 2;
            } else {
                put('\\');
                put(c);
                held = 0;
            }
        } else if (Character.digit(c, 16) < 0 || c > 'f') {
            release();
            accept(c);
        } else if (held == 2) {
            digit = c;
            held = 3;
        } else {
            "\\u00".chars().forEach(escape -> put((char) escape));
            put(digit);
            put(c);
            held = 0;
        }
    }

    /** Hands on what turned out to be no escape of two digits, its backslash as text. */
    private void release() {
        if (held == 1) {
            put('\\');
        } else if (held > 1) {
            put('\\');
            put('\\');
            put('x');
            if (held == 3) {
                put(digit);
            }
        }
        held = 0;
    }

    private void put(char c) {
        ready[end++] = c;
    }
}
