package dev.kaiaku.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Typed access to the fields of a JSON object in a file; null counts as missing. */
public record JsonFields(Path file, JsonNode node) {
    /** A whole number that must be there. */
    public int integer(String key) {
        @Nullable Integer value = findInteger(key);
        if (value == null) {
            throw new BadInputException(file + ": " + key + " is missing");
        }
        return value;
    }

    /** A whole number, or null. */
    public @Nullable Integer findInteger(String key) {
        JsonNode value = node.path(key);
        if (absent(value)) {
            return null;
        }
        if (!value.isInt()) {
            throw wrong(key, "a whole number");
        }
        return value.intValue();
    }

    /** A number, or null. */
    public @Nullable Double findReal(String key) {
        JsonNode value = node.path(key);
        if (absent(value)) {
            return null;
        }
        if (!value.isNumber()) {
            throw wrong(key, "a number");
        }
        return value.doubleValue();
    }

    /** A number that must be there. */
    public double real(String key) {
        @Nullable Double value = findReal(key);
        if (value == null) {
            throw new BadInputException(file + ": " + key + " is missing");
        }
        return value;
    }

    /** A number. */
    public double real(String key, double otherwise) {
        @Nullable Double value = findReal(key);
        return value == null ? otherwise : value;
    }

    /** A truth value. */
    public boolean bool(String key, boolean otherwise) {
        JsonNode value = node.path(key);
        if (absent(value)) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw wrong(key, "true or false");
        }
        return value.booleanValue();
    }

    /** A text, or null. */
    public @Nullable String findText(String key) {
        JsonNode value = node.path(key);
        if (absent(value)) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(key, "a text");
        }
        return value.textValue();
    }

    /** The object under a key, or null. */
    public @Nullable JsonFields findObject(String key) {
        JsonNode value = node.path(key);
        if (absent(value)) {
            return null;
        }
        if (!value.isObject()) {
            throw wrong(key, "an object");
        }
        return new JsonFields(file, value);
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private BadInputException wrong(String key, String expected) {
        return new BadInputException(file + ": " + key + " is not " + expected);
    }
}
