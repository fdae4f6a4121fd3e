package dev.kaiaku.dataset;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lengths of time as people type them: {@code 90s}, {@code 5m}, {@code 1h}, {@code 1h30m}. */
public final class DurationText {
    private static final Pattern FORM = Pattern.compile("(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");

    private DurationText() {}

    /** A {@link BadInputException} for anything else. */
    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (text.isBlank() || !matcher.matches()) {
            throw new BadInputException("\"" + text + "\" is not a length of time; write 90s, 5m or 1h");
        }
        return Duration.ofHours(part(matcher.group(1)))
                .plusMinutes(part(matcher.group(2)))
                .plusSeconds(part(matcher.group(3)));
    }

    /** The shortest form that {@link #parse} reads back, to the second. */
    public static String format(Duration duration) {
        long seconds = duration.toSeconds();
        String text = (seconds >= 3600 ? seconds / 3600 + "h" : "")
                + (seconds / 60 % 60 > 0 ? seconds / 60 % 60 + "m" : "")
                + (seconds % 60 > 0 ? seconds % 60 + "s" : "");
        return text.isEmpty() ? "0s" : text;
    }

    private static long part(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
