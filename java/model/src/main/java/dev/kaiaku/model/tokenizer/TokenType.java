package dev.kaiaku.model.tokenizer;

import org.jspecify.annotations.Nullable;

/** What a token is for; ids are those of {@code tokenizer.ggml.token_type}. */
public enum TokenType {
    NORMAL(1),
    UNKNOWN(2),
    /** Marks structure, never text: {@code <|im_end|>}. */
    CONTROL(3),
    /** Found in text before anything else, and shown: {@code <think>}. */
    USER_DEFINED(4),
    UNUSED(5),
    BYTE(6);

    private final int id;

    TokenType(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }

    /** The type with an id, or null. */
    public static @Nullable TokenType ofId(long id) {
        for (TokenType type : values()) {
            if (type.id == id) {
                return type;
            }
        }
        return null;
    }

    /** Whether text equal to such a token is taken for it, so that people's text must not hold it. */
    public boolean added() {
        return this == CONTROL || this == USER_DEFINED;
    }
}
