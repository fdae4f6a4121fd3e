package dev.kaiaku.model.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The alphabet that byte-level BPE writes bytes in: printable Latin-1 characters stand for themselves, the other
 * bytes, in order, for the characters from U+0100 on.
 */
public final class ByteAlphabet {
    private static final int BYTES = 256;
    private static final char[] LETTERS = new char[BYTES];
    private static final int[] VALUES = new int[2 * BYTES];

    static {
        Arrays.fill(VALUES, -1);
        int shifted = BYTES;
        for (int b = 0; b < BYTES; b++) {
            boolean printable = (b > ' ' && b < 0x7F) || (b > 0xA0 && b != 0xAD);
            LETTERS[b] = (char) (printable ? b : shifted++);
            VALUES[LETTERS[b]] = b;
        }
    }

    private ByteAlphabet() {}

    /** The letter of a byte, 0 to 255. */
    public static char letter(int value) {
        return LETTERS[value];
    }

    /** Text in letters, one for each byte of its UTF-8. */
    public static String letters(String text) {
        StringBuilder letters = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            letters.append(LETTERS[b & 0xFF]);
        }
        return letters.toString();
    }

    /** Appends the bytes that letters stand for; a character that is no letter, as its UTF-8. */
    static void appendBytes(String letters, ByteArrayOutputStream out) {
        letters.codePoints().forEach(c -> {
            if (c < VALUES.length && VALUES[c] >= 0) {
                out.write(VALUES[c]);
            } else {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        });
    }
}
