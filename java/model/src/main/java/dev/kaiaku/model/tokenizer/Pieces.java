package dev.kaiaku.model.tokenizer;

import java.util.List;

/**
 * What a SentencePiece tokeniser has instead of merges and a rule that cuts text. Its tokens write a space as
 * {@link #SPACE}; what no token spells becomes byte tokens such as {@code <0x0A>}.
 *
 * @param scores one for each token; of two neighbours that make a token, those of the best score merge first
 * @param addSpacePrefix text gets a space in front where it opens a sequence or follows a control token
 */
public record Pieces(List<Float> scores, boolean addSpacePrefix) {
    /** Stands for a space inside tokens. */
    static final char SPACE = '\u2581';

    /** What GGUF files call the rule that cuts text where nothing cuts it. */
    static final String PRE = "default";

    public Pieces {
        scores = List.copyOf(scores);
    }

    /** The token of a byte, 0 to 255. */
    static String byteToken(int value) {
        return String.format("<0x%02X>", value);
    }

    /** The byte that a byte token stands for, or -1. */
    static int byteValue(String token) {
        return token.matches("<0x[0-9A-Fa-f]{2}>") ? Integer.parseInt(token.substring(3, 5), 16) : -1;
    }
}
