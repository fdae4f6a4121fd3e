package dev.kaiaku.dataset.input;

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
        int place = (hash ^ hash >>> 16) & (SIZE - 1);
        String known = strings[place];
        if (known == null || !equal(known, chars, start, end)) {
            known = new String(chars, start, end - start);
            strings[place] = known;
        }
        return known;
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
