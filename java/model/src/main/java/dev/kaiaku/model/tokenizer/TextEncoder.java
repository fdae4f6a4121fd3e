package dev.kaiaku.model.tokenizer;

/** Plain text to ids; finds no control tokens in it. Thread-safe. */
sealed interface TextEncoder permits ByteLevelEncoder, PieceEncoder {
    /** Ids of text whose surrogates are all paired. */
    int[] encode(String text);

    /** Frees what is not on the heap. */
    void close();
}
