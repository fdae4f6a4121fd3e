package dev.kaiaku.dataset.whatsapp;

import dev.kaiaku.dataset.date.ChatDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands before a message of a WhatsApp export.
 *
 * @param date day and time in a form that {@link ChatDate} reads
 * @param rest the line after the date: name and text, or a notice
 */
public record WhatsAppHeader(Style style, String date, String rest) {
    /** Marks of direction and the like, which some versions put before anything. */
    private static final String MARKS = "[\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]*+";

    private static final String SPACE = "[\\s\\p{Zs}]";
    private static final String DAY = "(\\d{1,4}[./-]\\d{1,2}[./-]\\d{1,4})";
    private static final String TIME =
            "(\\d{1,2})[:.](\\d{2})(?:[:.](\\d{2}))?(?:" + SPACE + "?([AaPp])\\.?" + SPACE + "?[Mm]\\.?)?";
    /** A word may stand between the two: {@code klo}, {@code kl.}, {@code às}. */
    private static final String BETWEEN = "[.,]?" + SPACE + "{1,2}(?:\\p{L}{1,4}\\.?" + SPACE + ")?";

    /** Where the date stands; a file has one style. */
    public enum Style {
        /** Of Apple's phones: {@code [10/08/2026, 18:02:10] name: text}. */
        BRACKETS(MARKS + "\\[" + DAY + BETWEEN + TIME + "]" + SPACE, 1, 2),
        /** Of Android: {@code 01/05/2024 14:30 - name: text}. */
        DASH(MARKS + DAY + BETWEEN + TIME + SPACE + "[-–]" + SPACE, 1, 2),
        /** Copied from WhatsApp Web: {@code [14:32, 24/09/2026] name: text}. */
        TIME_FIRST(MARKS + "\\[" + TIME + "," + SPACE + DAY + "]" + SPACE, 5, 1);

        private final Pattern pattern;
        private final int day;
        private final int time;

        Style(String pattern, int day, int time) {
            this.pattern = Pattern.compile(pattern);
            this.day = day;
            this.time = time;
        }
    }

    /** The header of a line, or null for a line that goes on with the message before it. */
    public static @Nullable WhatsAppHeader of(String line) {
        for (Style style : Style.values()) {
            WhatsAppHeader header = of(line, style);
            if (header != null) {
                return header;
            }
        }
        return null;
    }

    /** As above, in one style only. */
    public static @Nullable WhatsAppHeader of(String line, Style style) {
        Matcher matcher = style.pattern.matcher(line);
        if (!matcher.lookingAt()) {
            return null;
        }
        StringBuilder date = new StringBuilder(matcher.group(style.day))
                .append(' ')
                .append(matcher.group(style.time))
                .append(':')
                .append(matcher.group(style.time + 1));
        String seconds = matcher.group(style.time + 2);
        if (seconds != null) {
            date.append(':').append(seconds);
        }
        String half = matcher.group(style.time + 3);
        if (half != null) {
            date.append(' ').append(half).append('M');
        }
        return new WhatsAppHeader(style, date.toString(), line.substring(matcher.end()));
    }
}
