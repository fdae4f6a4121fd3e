package dev.kaiaku.dataset;

import java.util.Locale;

/** Who speaks in a {@link Turn}; {@link #ASSISTANT} is the persona. */
public enum Role {
    SYSTEM,
    USER,
    ASSISTANT;

    /** The name in JSONL files and chat formats: {@code system}, {@code user}, {@code assistant}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
