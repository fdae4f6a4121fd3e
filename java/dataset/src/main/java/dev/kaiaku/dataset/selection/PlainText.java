package dev.kaiaku.dataset.selection;

/** A text as near-duplicates are compared: letters and digits in lower case, drawn-out ones shortened, single spaces. */
final class PlainText {
    private static final int LONGEST_RUN = 2;

    private PlainText() {}

    static String of(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = Character.toLowerCase(text.charAt(i));
            if (!Character.isLetterOrDigit(c) && !Character.isSurrogate(c)) {
                if (!plain.isEmpty() && plain.charAt(plain.length() - 1) != ' ') {
                    plain.append(' ');
                }
            } else if (!isRun(plain, c)) {
                plain.append(c);
            }
        }
        int end = plain.length();
        return plain.substring(0, end > 0 && plain.charAt(end - 1) == ' ' ? end - 1 : end);
    }

    private static boolean isRun(StringBuilder text, char c) {
        for (int i = 1; i <= LONGEST_RUN; i++) {
            if (text.length() < i || text.charAt(text.length() - i) != c) {
                return false;
            }
        }
        return true;
    }
}
