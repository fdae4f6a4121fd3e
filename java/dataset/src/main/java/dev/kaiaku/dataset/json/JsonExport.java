package dev.kaiaku.dataset.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.CountingInput;
import dev.kaiaku.dataset.input.StringPool;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A JSON export read token by token: of the file, only the message at hand is in memory. */
public final class JsonExport implements AutoCloseable {
    /** Characters of one text; longer ones are refused where they are read, and passed over elsewhere. */
    private static final int MAX_TEXT = 1 << 22;

    private static final int MAX_DEPTH = 200;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .build();

    private final Path file;
    private final CountingInput input;
    private final JsonParser parser;

    /** What to do with the value that the parser stands on. What it does not read is passed over. */
    @FunctionalInterface
    public interface Value {
        void read() throws IOException;
    }

    /** As {@link Value}, under a key. */
    @FunctionalInterface
    public interface Field {
        void read(String key) throws IOException;
    }

    public JsonExport(Path file) {
        this.file = file;
        input = CountingInput.open(file);
        try {
            parser = FACTORY.createParser(new JsonEscapes(new InputStreamReader(input, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads the object that the file consists of. A file that ends too early is read up to there, with a warning.
     */
    public void read(BadRows bad, Field root) {
        try {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new BadInputException(file + ": expected a JSON object; export the chat again");
            }
            fields(root);
        } catch (JsonEOFException e) {
            bad.warn(file.getFileName() + " line " + line() + ": the file ends in the middle; it was read up to there");
        } catch (StreamConstraintsException e) {
            throw new BadInputException(file + " line " + line() + ": " + JsonFault.of(e) + "; no chat export is", e);
        } catch (JsonProcessingException e) {
            throw new BadInputException(
                    file + " line " + line() + ": not valid JSON (" + BadRows.shortened(e.getOriginalMessage())
                            + "); export the chat again",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Reads the fields of the object that the parser stands on; any other value is passed over. */
    public void fields(Field field) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            field.read(key);
            parser.skipChildren();
        }
    }

    /** Reads the elements of the array that the parser stands on; any other value is passed over. */
    public void elements(Value element) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            element.read();
            parser.skipChildren();
        }
    }

    /** The text or number that the parser stands on, or null for anything else. */
    public @Nullable String text() throws IOException {
        JsonToken token = parser.currentToken();
        return token == JsonToken.VALUE_STRING || token.isNumeric() ? parser.getText() : null;
    }

    /** As {@link #text}, the same string for the same text. */
    public @Nullable String text(StringPool pool) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            return text();
        }
        int start = parser.getTextOffset();
        return pool.get(parser.getTextCharacters(), start, start + parser.getTextLength());
    }

    /** The number that the parser stands on, from 0 to a million; 0 for anything else. */
    public int count() throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() < 7
                ? Math.max(0, parser.getIntValue())
                : 0;
    }

    public boolean isTrue() {
        return parser.currentToken() == JsonToken.VALUE_TRUE;
    }

    public boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    public boolean isArray() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    /** Number of the line that the parser stands on, from 1. */
    public long line() {
        return parser.currentLocation().getLineNr();
    }

    /** Bytes of the file read so far. */
    public long position() {
        return input.count();
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }
}
