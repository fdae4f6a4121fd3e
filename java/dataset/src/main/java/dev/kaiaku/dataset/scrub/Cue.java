package dev.kaiaku.dataset.scrub;

import java.util.regex.Pattern;

/** Words shortly before a place that tell what follows. */
final class Cue {
    private static final int REACH = 30;

    private final Pattern words;

    /** @param words alternatives of a regular expression, matched whole and in any case */
    Cue(String words) {
        this.words = Pattern.compile(
                "(?<![\\p{L}\\d])(?:" + words + ")(?![\\p{L}\\d])", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    boolean isBefore(String text, int place) {
        return words.matcher(text)
                .region(Math.max(0, place - REACH), place)
                .useTransparentBounds(true)
                .find();
    }
}
