package dev.kaiaku.dataset.selection;

/** A text as near-duplicates are compared: letters and digits in lower case, drawn-out ones shortened, single spaces. */
final class PlainText {
    private static final int LONGEST_RUN = 2;
    /** What becomes of each character of ASCII. */
    private static final char[] ASCII = new char[0x80];

    static {
        for (char c = 0; c < ASCII.length; c++) {
            ASCII[c] = plain(c);
        }
    }

    private PlainText() {}

    static String of(String text) {
        char[] plain = new char[text.length()];
        int end = 0;
        for (int i = 0; i < text.length(); i++) {
            char original = text.charAt(i);
            char c = original < ASCII.length ? ASCII[original] : plain(original);
            if (c == ' ') {
                if (end > 0 && plain[end - 1] != ' ') {
                    plain[end++] = ' ';
                }
            } else if (!isRun(plain, end, c)) {
                plain[end++] = c;
            }
        }
        return new String(plain, 0, end > 0 && plain[end - 1] == ' ' ? end - 1 : end);
    }

    /** In lower case; a space for what is no part of a word. */
    private static char plain(char c) {
        char lower = Character.toLowerCase(c);
        return Character.isLetterOrDigit(lower) || Character.isSurrogate(lower) ? lower : ' ';
    }

    private static boolean isRun(char[] text, int end, char c) {
        for (int i = 1; i <= LONGEST_RUN; i++) {
            if (end < i || text[end - i] != c) {
                return false;
            }
        }
        return true;
    }
}
