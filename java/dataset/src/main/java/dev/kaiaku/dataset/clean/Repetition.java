package dev.kaiaku.dataset.clean;

/** Floods within a message: {@code kkkkkkk…}, {@code haha…} and the like by the hundred become shorter. */
final class Repetition {
    /** Characters that a repetition may have. */
    static final int LONGEST = 60;

    private static final int LONGEST_UNIT = 10;
    /** Half of what is kept: a longer repetition holds a whole window of every text. */
    private static final int WINDOW = LONGEST / 2;

    private Repetition() {}

    static String shortened(String text) {
        return isSuspect(text) ? cut(text) : text;
    }

    /** Whether a window that every long repetition would fill repeats: a quick look that nearly every text passes. */
    private static boolean isSuspect(String text) {
        for (int at = 0; at + WINDOW <= text.length(); at += WINDOW) {
            for (int unit = 1; unit <= LONGEST_UNIT; unit++) {
                int i = at + unit;
                while (i < at + WINDOW && text.charAt(i) == text.charAt(i - unit)) {
                    i++;
                }
                if (i == at + WINDOW) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String cut(String text) {
        StringBuilder kept = null;
        int copied = 0;
        int at = 0;
        while (at < text.length() - LONGEST) {
            int end = endOfRun(text, at);
            if (end - at > LONGEST) {
                int unit = unit(text, at);
                kept = kept == null ? new StringBuilder(text.length()) : kept;
                kept.append(text, copied, at + Math.max(1, LONGEST / unit) * unit);
                copied = end;
                at = end;
            } else {
                at++;
            }
        }
        return kept == null ? text : kept.append(text, copied, text.length()).toString();
    }

    /** Where the repetition that starts at a place ends; the place itself where there is none worth the name. */
    private static int endOfRun(String text, int at) {
        int unit = unit(text, at);
        if (unit == 0) {
            return at;
        }
        int end = at + unit;
        while (end < text.length() && text.charAt(end) == text.charAt(end - unit)) {
            end++;
        }
        return at + (end - at) / unit * unit;
    }

    /** Length of the shortest unit that repeats from a place on for longer than is kept; 0 for none. */
    private static int unit(String text, int at) {
        for (int unit = 1; unit <= LONGEST_UNIT; unit++) {
            int i = at + unit;
            int enough = Math.min(text.length(), at + LONGEST + unit);
            while (i < enough && text.charAt(i) == text.charAt(i - unit)) {
                i++;
            }
            // A unit that cut a surrogate pair in two could leave half a character behind.
            if (i - at > LONGEST && !Character.isLowSurrogate(text.charAt(at))) {
                return unit;
            }
        }
        return 0;
    }
}
