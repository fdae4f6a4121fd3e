package dev.kaiaku.dataset.scrub;

/**
 * Personal data in a text.
 *
 * @param start of its first character
 * @param end behind its last character
 */
public record Finding(PiiType type, int start, int end) {
    private static final int MAX_EXAMPLE = 40;

    /** The shape of what was found: its first character, then a dot for each letter or digit. */
    String masked(String text) {
        StringBuilder masked = new StringBuilder();
        for (int i = start; i < Math.min(end, start + MAX_EXAMPLE); i++) {
            char c = text.charAt(i);
            boolean shown = i == start ? c < 0x80 : c < 0x80 && !Character.isLetterOrDigit(c);
            masked.append(shown && c >= ' ' ? c : '•');
        }
        return end - start > MAX_EXAMPLE ? masked.append('…').toString() : masked.toString();
    }
}
