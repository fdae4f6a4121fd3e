package dev.kaiaku.dataset.scrub;

/**
 * What one pass over a text tells: enough to know which finders need not look.
 *
 * @param digits how many
 * @param longestMixed length of the longest run of letters, digits, {@code _} and {@code -} of ASCII that has a
 *     digit
 */
record Signals(int digits, int dots, int colons, boolean slash, boolean equals, int longestMixed) {
    private static final int SHORTEST_KEY = 16;

    static Signals of(String text) {
        int digits = 0;
        int dots = 0;
        int colons = 0;
        boolean slash = false;
        boolean equals = false;
        int word = 0;
        int digitsBeforeWord = 0;
        int longest = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-') {
                word++;
            } else if (c >= '0' && c <= '9') {
                word++;
                digits++;
            } else {
                longest = digits > digitsBeforeWord ? Math.max(longest, word) : longest;
                word = 0;
                digitsBeforeWord = digits;
                dots += c == '.' ? 1 : 0;
                colons += c == ':' ? 1 : 0;
                slash |= c == '/';
                equals |= c == '=';
            }
        }
        longest = digits > digitsBeforeWord ? Math.max(longest, word) : longest;
        return new Signals(digits, dots, colons, slash, equals, longest);
    }

    /** Whether a word is as long as a key, and of letters and digits as these are. */
    boolean hasKey() {
        return longestMixed >= SHORTEST_KEY;
    }
}
