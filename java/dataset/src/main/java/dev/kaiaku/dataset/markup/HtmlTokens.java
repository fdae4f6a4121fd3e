package dev.kaiaku.dataset.markup;

import dev.kaiaku.dataset.input.CountingInput;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tags and texts of a page, one after the other and none larger than memory can bear: long texts come in parts,
 * what is too long of a tag is left out. Scripts, styles and comments are passed over. Not thread-safe.
 */
public final class HtmlTokens implements AutoCloseable {
    private static final int MAX_TEXT = 1 << 14;
    private static final int MAX_NAME = 40;
    private static final int MAX_VALUE = 1 << 13;
    private static final int MAX_ATTRIBUTES = 40;
    private static final int MAX_ENTITY = 10;

    private final Path file;
    private final CountingInput input;
    private final BufferedReader reader;
    private final StringBuilder text = new StringBuilder();
    private final Map<String, String> attributes = new TreeMap<>();
    private String name = "";
    private String raw = "";
    private int ahead = -2;
    private long line = 1;

    /** What a token is. */
    public enum Kind {
        START,
        END,
        TEXT
    }

    public HtmlTokens(Path file) {
        this.file = file;
        input = CountingInput.open(file);
        reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8), 1 << 16);
    }

    /** Goes to the next token; null at the end. */
    public @Nullable Kind next() {
        try {
            while (true) {
                if (!raw.isEmpty()) {
                    skipRaw();
                }
                int c = peek();
                if (c < 0) {
                    return null;
                }
                if (c != '<') {
                    text();
                    return Kind.TEXT;
                }
                read();
                Kind kind = tag();
                if (kind != null) {
                    return kind;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Name of the tag, in small letters. */
    public String name() {
        return name;
    }

    /** Value of an attribute of a start tag; empty where it has none. */
    public String attribute(String key) {
        return attributes.getOrDefault(key, "");
    }

    /** The text of a {@link Kind#TEXT}, entities resolved. */
    public StringBuilder content() {
        return text;
    }

    /** Number of the line, from 1. */
    public long line() {
        return line;
    }

    /** Bytes read so far. */
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

    /** After the {@code <}; null for what is no element. */
    private @Nullable Kind tag() throws IOException {
        int c = peek();
        if (c == '!' || c == '?') {
            comment();
            return null;
        }
        boolean end = c == '/';
        if (end) {
            read();
            c = peek();
        }
        if (!isLetter(c)) {
            text.setLength(0);
            text.append(end ? "</" : "<");
            return Kind.TEXT;
        }
        name = word();
        attributes.clear();
        attributes();
        if (!end && (name.equals("script") || name.equals("style"))) {
            raw = "</" + name;
        }
        return end ? Kind.END : Kind.START;
    }

    private void comment() throws IOException {
        read();
        boolean isComment = peek() == '-';
        int dashes = 0;
        for (int c = read(); c >= 0; c = read()) {
            if (c == '>' && (!isComment || dashes >= 2)) {
                return;
            }
            dashes = c == '-' ? dashes + 1 : 0;
        }
    }

    private void attributes() throws IOException {
        while (true) {
            int c = peek();
            if (c < 0) {
                return;
            }
            if (c == '>') {
                read();
                return;
            }
            if (c <= ' ' || c == '/' || c == '=' || c == '"' || c == '\'') {
                read();
                continue;
            }
            String key = word();
            while (peek() >= 0 && peek() <= ' ') {
                read();
            }
            String value = "";
            if (peek() == '=') {
                read();
                value = value();
            }
            if (attributes.size() < MAX_ATTRIBUTES) {
                attributes.putIfAbsent(key, value);
            }
        }
    }

    private String value() throws IOException {
        while (peek() >= 0 && peek() <= ' ') {
            read();
        }
        int quote = peek();
        boolean quoted = quote == '"' || quote == '\'';
        if (quoted) {
            read();
        }
        StringBuilder value = new StringBuilder();
        for (int c = peek(); c >= 0; c = peek()) {
            if (quoted ? c == quote : c <= ' ' || c == '>') {
                break;
            }
            if (c == '&') {
                entity(value);
            } else {
                value.append((char) read());
            }
            value.setLength(Math.min(value.length(), MAX_VALUE));
        }
        if (quoted) {
            read();
        }
        return value.toString();
    }

    private String word() throws IOException {
        StringBuilder word = new StringBuilder();
        for (int c = peek(); c > ' ' && c != '>' && c != '/' && c != '='; c = peek()) {
            read();
            if (word.length() < MAX_NAME) {
                word.append((char) c);
            }
        }
        return word.toString().toLowerCase(Locale.ROOT);
    }

    private void text() throws IOException {
        text.setLength(0);
        for (int c = peek(); c >= 0 && c != '<' && text.length() < MAX_TEXT; c = peek()) {
            if (c == '&') {
                entity(text);
            } else {
                text.append((char) read());
            }
        }
    }

    private void entity(StringBuilder target) throws IOException {
        read();
        StringBuilder entity = new StringBuilder();
        while (entity.length() < MAX_ENTITY && (isLetter(peek()) || isDigit(peek()) || peek() == '#')) {
            entity.append((char) read());
        }
        String character = peek() == ';' ? HtmlEntity.text(entity.toString()) : null;
        if (character == null) {
            target.append('&').append(entity);
        } else {
            read();
            target.append(character);
        }
    }

    /** Goes to the end of a script or style. */
    private void skipRaw() throws IOException {
        int matched = 0;
        for (int c = read(); c >= 0; c = read()) {
            boolean goesOn = Character.toLowerCase(c) == raw.charAt(matched);
            matched = goesOn ? matched + 1 : c == '<' ? 1 : 0;
            if (matched == raw.length()) {
                break;
            }
        }
        raw = "";
        for (int c = peek(); c >= 0 && c != '>'; c = peek()) {
            read();
        }
        read();
    }

    private int peek() throws IOException {
        if (ahead == -2) {
            ahead = reader.read();
        }
        return ahead;
    }

    private int read() throws IOException {
        int c = peek();
        ahead = -2;
        line += c == '\n' ? 1 : 0;
        return c;
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
