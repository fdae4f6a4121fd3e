package dev.kaiaku.model.tokenizer;

import java.util.OptionalInt;

/** Text to token ids and back, by the Hugging Face tokenizers library. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class Tokenizer implements AutoCloseable {
    Tokenizer() {}

    /** Ids of plain text; adds no token at either end. */
    public int[] encode(String text) {
        throw new UnsupportedOperationException();
    }

    /** Text of the ids, control tokens left out. */
    public String decode(int[] ids) {
        throw new UnsupportedOperationException();
    }

    /** Id of a control token, such as {@code <|im_end|>}. */
    public OptionalInt controlId(String text) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
