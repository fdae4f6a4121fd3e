package dev.kaiaku.dataset.date;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the dates of chat exports: ISO 8601 ({@code 2023-09-23T13:15:48.3790000+03:00}), Unix seconds and
 * milliseconds, {@code 17-May-20 02:21 AM}, and numbers in either order ({@code 10/6/2023 12:37 AM},
 * {@code 06/10/2023 00:37}). A date without an offset is taken as UTC: only differences matter.
 */
public final class ChatDate {
    private static final Map<String, Integer> MONTHS = Map.ofEntries(
            Map.entry("jan", 1),
            Map.entry("feb", 2),
            Map.entry("fev", 2),
            Map.entry("mar", 3),
            Map.entry("apr", 4),
            Map.entry("abr", 4),
            Map.entry("may", 5),
            Map.entry("mai", 5),
            Map.entry("jun", 6),
            Map.entry("jul", 7),
            Map.entry("aug", 8),
            Map.entry("ago", 8),
            Map.entry("sep", 9),
            Map.entry("set", 9),
            Map.entry("oct", 10),
            Map.entry("out", 10),
            Map.entry("nov", 11),
            Map.entry("dec", 12),
            Map.entry("dez", 12));
    private static final long FIRST_MILLIS = 100_000_000_000L;
    private static final int MAX_UNIX_DIGITS = 14;
    /** Farther from 1970, nanoseconds are more than 64 bits can count. */
    private static final long MOST_SECONDS = 9_000_000_000L;

    private final char[] text;
    private int at;

    /** The three numbers in the order written; a month given by name is in {@code second}. */
    private long first;

    private long second;
    private long third;
    private boolean yearFirst;
    private boolean monthNamed;
    private boolean twelveHours;
    private long secondOfDay;

    private ChatDate(char[] text) {
        this.text = text;
    }

    /** The instant, or null where the text is no date. */
    public static @Nullable Instant parse(String text, boolean dayFirst) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return parse(utf8, 0, utf8.length, dayFirst);
    }

    /** As above, of the UTF-8 text from {@code start} up to {@code end}. */
    public static @Nullable Instant parse(byte[] utf8, int start, int end, boolean dayFirst) {
        Instant time = any(utf8, start, end, dayFirst);
        return time != null && Math.abs(time.getEpochSecond()) < MOST_SECONDS ? time : null;
    }

    private static @Nullable Instant any(byte[] utf8, int start, int end, boolean dayFirst) {
        try {
            Instant iso = IsoDate.parse(utf8, start, end);
            if (iso != null) {
                return iso;
            }
            char[] text = new String(utf8, start, end - start, StandardCharsets.UTF_8).toCharArray();
            Instant unix = unix(text);
            if (unix != null) {
                return unix;
            }
            ChatDate date = scan(text);
            return date == null ? null : date.instant(dayFirst);
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
    }

    /** The parts of a date whose order of day and month has to be inferred, or null for any other text. */
    public static @Nullable ChatDate ambiguous(String text) {
        ChatDate date = scan(text.toCharArray());
        return date == null || date.yearFirst || date.monthNamed ? null : date;
    }

    public long first() {
        return first;
    }

    public long second() {
        return second;
    }

    public boolean twelveHours() {
        return twelveHours;
    }

    /** Throws {@link DateTimeException} where there is no such day. */
    public Instant instant(boolean dayFirst) {
        long year = yearFirst ? first : third;
        long month = yearFirst || dayFirst || monthNamed ? second : first;
        long day = yearFirst ? third : dayFirst || monthNamed ? first : second;
        long fullYear = !yearFirst && year < 100 ? 2000 + year : year;
        long days = LocalDate.of(Math.toIntExact(fullYear), Math.toIntExact(month), Math.toIntExact(day))
                .toEpochDay();
        return Instant.ofEpochSecond(days * 86_400 + secondOfDay);
    }

    private static @Nullable Instant unix(char[] text) {
        if (text.length == 0 || text.length > MAX_UNIX_DIGITS) {
            return null;
        }
        long value = 0;
        for (char c : text) {
            if (!isDigit(c)) {
                return null;
            }
            value = value * 10 + (c - '0');
        }
        return value < FIRST_MILLIS ? Instant.ofEpochSecond(value) : Instant.ofEpochMilli(value);
    }

    private static @Nullable ChatDate scan(char[] text) {
        ChatDate date = new ChatDate(text);
        date.spaces();
        if (!date.day() || !date.time()) {
            return null;
        }
        date.spaces();
        return date.at == text.length ? date : null;
    }

    private boolean day() {
        int start = at;
        first = number(4);
        yearFirst = at - start == 4;
        char separator = peek();
        if (first < 0 || "/.-".indexOf(separator) < 0) {
            return false;
        }
        at++;
        second = number(2);
        if (second < 0) {
            second = month();
            monthNamed = true;
        }
        if (second < 0 || !take(separator)) {
            return false;
        }
        third = number(4);
        return third >= 0;
    }

    private boolean time() {
        take(',');
        if (!spaces()) {
            return false;
        }
        long hour = number(2);
        if (hour < 0 || !take(':')) {
            return false;
        }
        long minute = number(2);
        long second = take(':') ? number(2) : 0;
        if (minute < 0 || second < 0 || hour > 23 || minute > 59 || second > 59) {
            return false;
        }
        Boolean afternoon = halfOfDay();
        if (afternoon != null) {
            twelveHours = true;
            if (hour < 1 || hour > 12) {
                return false;
            }
            hour = hour % 12 + (afternoon ? 12 : 0);
        }
        secondOfDay = hour * 3600 + minute * 60 + second;
        return true;
    }

    /** Whether the time is past noon; null for a clock of 24 hours. */
    private @Nullable Boolean halfOfDay() {
        int start = at;
        spaces();
        char letter = Character.toLowerCase(peek());
        if (letter != 'a' && letter != 'p') {
            at = start;
            return null;
        }
        at++;
        take('.');
        spaces();
        if (Character.toLowerCase(peek()) != 'm') {
            at = start;
            return null;
        }
        at++;
        take('.');
        return letter == 'p';
    }

    private int month() {
        int start = at;
        while (Character.isLetter(peek()) && at - start < 12) {
            at++;
        }
        String name = new String(text, start, at - start).toLowerCase(Locale.ROOT);
        take('.');
        return name.length() < 3 ? -1 : MONTHS.getOrDefault(name.substring(0, 3), -1);
    }

    private long number(int maxDigits) {
        int start = at;
        long value = 0;
        while (at - start < maxDigits && isDigit(peek())) {
            value = value * 10 + (peek() - '0');
            at++;
        }
        return at == start ? -1 : value;
    }

    private boolean spaces() {
        int start = at;
        while (Character.isWhitespace(peek()) || Character.isSpaceChar(peek())) {
            at++;
        }
        return at > start;
    }

    private boolean take(char expected) {
        if (peek() != expected) {
            return false;
        }
        at++;
        return true;
    }

    private char peek() {
        return at < text.length ? text[at] : '\0';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
