package dev.kaiaku.dataset.scrub;

/**
 * What one pass over a text tells: enough to know which finders need not look.
 *
 * @param digits how many
 * @param longestWord length of the longest run of letters, digits, {@code _} and {@code -} of ASCII
 */
record Signals(int digits, int longestWord, boolean at, boolean slash, boolean colon, boolean equals) {
    private static final int SHORTEST_KEY = 16;

    static Signals of(String text) {
        int digits = 0;
        int word = 0;
        int longest = 0;
        boolean at = false;
        boolean slash = false;
        boolean colon = false;
        boolean equals = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-') {
                word++;
                continue;
            }
            if (c >= '0' && c <= '9') {
                word++;
                digits++;
                continue;
            }
            longest = Math.max(longest, word);
            word = 0;
            at |= c == '@';
            slash |= c == '/';
            colon |= c == ':';
            equals |= c == '=';
        }
        return new Signals(digits, Math.max(longest, word), at, slash, colon, equals);
    }

    boolean hasLongWord() {
        return longestWord >= SHORTEST_KEY;
    }
}
