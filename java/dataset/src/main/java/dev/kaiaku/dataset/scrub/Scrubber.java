package dev.kaiaku.dataset.scrub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces private details in the text of one message by typed placeholders. Thread-safe. */
public final class Scrubber {
    private static final Pattern EMAIL = Pattern.compile(
            "[\\p{L}\\p{N}._%+-]{1,64}@(?:[\\p{L}\\p{N}-]{1,63}\\.){1,8}\\p{L}{2,24}", Pattern.UNICODE_CASE);

    /** The text with placeholders such as {@code <EMAIL>} in it; what was replaced is added to {@code counts}. */
    public String scrub(String text, ScrubCounts counts) {
        if (text.indexOf('@') < 0) {
            return text;
        }
        return EMAIL.matcher(text).replaceAll(found -> {
            counts.add("email", masked(found.group()));
            return Matcher.quoteReplacement("<EMAIL>");
        });
    }

    private static String masked(String value) {
        return value.charAt(0) + "•••" + value.substring(value.indexOf('@'), value.indexOf('@') + 1) + "•••";
    }
}
