package dev.kaiaku.dataset.input;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Strings that come again and again, found by their characters. What was not seen lately is made anew. */
public final class StringPool {
    private static final int SIZE = 1 << 12;

    private final @Nullable String[] strings = new @Nullable String[SIZE];

    public String get(char[] chars, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + chars[i];
        }
        int place = place(hash);
        String known = strings[place];
        if (known == null || !equal(known, chars, start, end)) {
            known = new String(chars, start, end - start);
            strings[place] = known;
        }
        return known;
    }

    /** As above, of UTF-8 text. */
    public String get(byte[] utf8, int start, int end) {
        int hash = 0;
        int bits = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + utf8[i];
            bits |= utf8[i];
        }
        if (bits < 0) {
            // Only in ASCII are bytes and characters the same.
            char[] chars = new String(utf8, start, end - start, StandardCharsets.UTF_8).toCharArray();
            return get(chars, 0, chars.length);
        }
        int place = place(hash);
        String known = strings[place];
        if (known == null || !equal(known, utf8, start, end)) {
            known = new String(utf8, start, end - start, StandardCharsets.US_ASCII);
            strings[place] = known;
        }
        return known;
    }

    private static int place(int hash) {
        return (hash ^ hash >>> 16) & (SIZE - 1);
    }

    private static boolean equal(String known, byte[] ascii, int start, int end) {
        if (known.length() != end - start) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (known.charAt(i - start) != ascii[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean equal(String known, char[] chars, int start, int end) {
        if (known.length() != end - start) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (known.charAt(i - start) != chars[i]) {
                return false;
            }
        }
        return true;
    }
}
