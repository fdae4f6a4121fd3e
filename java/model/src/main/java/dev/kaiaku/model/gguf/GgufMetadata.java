package dev.kaiaku.model.gguf;

import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a GGUF file. Getters throw {@link BadInputException} where a key holds another type than asked for;
 * those that return no null also where it is missing.
 */
public final class GgufMetadata {
    private final Path path;
    private final Map<String, Object> values;

    /** Values are Long, Double, Boolean, String, or lists of one of them. */
    GgufMetadata(Path path, Map<String, Object> values) {
        this.path = path;
        this.values = Collections.unmodifiableMap(values);
    }

    /** Every key in the order of the file. */
    public Set<String> keys() {
        return values.keySet();
    }

    /** The file, for messages. */
    public Path path() {
        return path;
    }

    public String string(String key) {
        return require(key, findString(key));
    }

    public @Nullable String findString(String key) {
        return find(key, String.class, "a string");
    }

    /** A whole number of any width; u64 beyond the range of long is negative. */
    public long integer(String key) {
        return require(key, findInteger(key));
    }

    public @Nullable Long findInteger(String key) {
        return find(key, Long.class, "a whole number");
    }

    public double real(String key) {
        return require(key, findReal(key));
    }

    public @Nullable Double findReal(String key) {
        return find(key, Double.class, "a real number");
    }

    public @Nullable Boolean findBool(String key) {
        return find(key, Boolean.class, "a bool");
    }

    public List<String> strings(String key) {
        return require(key, findStrings(key));
    }

    public @Nullable List<String> findStrings(String key) {
        return findList(key, String.class, "strings");
    }

    public List<Long> integers(String key) {
        return require(key, findIntegers(key));
    }

    public @Nullable List<Long> findIntegers(String key) {
        return findList(key, Long.class, "whole numbers");
    }

    public List<Double> reals(String key) {
        return require(key, findList(key, Double.class, "real numbers"));
    }

    private <T> @Nullable T find(String key, Class<T> type, String expected) {
        @Nullable Object value = values.get(key);
        if (value != null && !type.isInstance(value)) {
            throw new BadInputException(path + ": key " + key + " is not " + expected);
        }
        return type.cast(value);
    }

    @SuppressWarnings("unchecked")
    private <T> @Nullable List<T> findList(String key, Class<T> element, String expected) {
        @Nullable List<?> list = find(key, List.class, "an array of " + expected);
        if (list != null && !list.isEmpty() && !element.isInstance(list.get(0))) {
            throw new BadInputException(path + ": key " + key + " is not an array of " + expected);
        }
        return (List<T>) list;
    }

    private <T> T require(String key, @Nullable T value) {
        if (value == null) {
            throw new BadInputException(path + ": key " + key + " is missing");
        }
        return value;
    }
}
