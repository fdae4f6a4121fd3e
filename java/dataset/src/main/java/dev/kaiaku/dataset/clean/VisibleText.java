package dev.kaiaku.dataset.clean;

/** Text without what cannot be seen: controls, zero-width characters, marks of direction, halves of surrogate pairs. */
final class VisibleText {
    private static final char ZERO_WIDTH_NON_JOINER = '\u200C';
    private static final char ZERO_WIDTH_JOINER = '\u200D';
    /** Scripts before this point join no letters; there a joiner is only a way to hide something. */
    private static final int FIRST_JOINING_SCRIPT = 0x0590;

    private VisibleText() {}

    /** Whether nothing needs to be composed, removed or stripped: most messages. */
    static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x300 || (c < ' ' && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0xA0) || c == 0xAD) {
                return false;
            }
        }
        return !isSpace(text.charAt(0)) && !isSpace(text.charAt(text.length() - 1));
    }

    /** Whether a line ends in any other way than by a newline. */
    static boolean hasForeignBreak(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c >= 0x0B && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029) {
                return true;
            }
        }
        return false;
    }

    static String of(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (pair) {
                    kept.append(c).append(text.charAt(++i));
                } else {
                    kept.append('\uFFFD');
                }
            } else if (!isInvisible(c) && !isStrayJoiner(c, kept)) {
                kept.append(c);
            }
        }
        return kept.length() == text.length() && text.contentEquals(kept) ? text : kept.toString();
    }

    static boolean isBlank(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isSpace(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (start < end && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isInvisible(char c) {
        return (Character.isISOControl(c) && c != '\n' && c != '\t')
                || c == 0xAD
                || c == 0x061C
                || c == 0x200B
                || (c >= 0x200E && c <= 0x200F)
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2060 && c <= 0x206F)
                || c == 0xFEFF
                || (c >= 0xFFF9 && c <= 0xFFFB);
    }

    /** Joiners hold emoji together and shape some scripts; after anything else they are noise. */
    private static boolean isStrayJoiner(char c, StringBuilder before) {
        return (c == ZERO_WIDTH_JOINER || c == ZERO_WIDTH_NON_JOINER)
                && (before.isEmpty() || before.codePointBefore(before.length()) < FIRST_JOINING_SCRIPT);
    }

    private static boolean isSpace(char c) {
        return c <= ' '
                ? c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F)
                : c >= 0x85 && (c == 0x85 || Character.isWhitespace(c) || Character.isSpaceChar(c));
    }
}
