package dev.kaiaku.dataset.date;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** Reads {@code 2023-09-23T13:15:48.3790000+03:00}: a space may stand for T, Z for the offset; fraction and offset may be missing. */
public final class IsoDate {
    private static final int SECONDS_END = 19;
    private static final int MAX_OFFSET_HOURS = 18;

    private IsoDate() {}

    /** The instant, or null where the text, in any encoding that extends ASCII, has another form; times without an offset are UTC. */
    public static @Nullable Instant parse(byte[] text, int start, int end) {
        if (end - start < SECONDS_END
                || text[start + 4] != '-'
                || text[start + 7] != '-'
                || (text[start + 10] != 'T' && text[start + 10] != ' ')
                || text[start + 13] != ':'
                || text[start + 16] != ':') {
            return null;
        }
        int century = two(text, start);
        int year = two(text, start + 2);
        int month = two(text, start + 5);
        int day = two(text, start + 8);
        int hour = two(text, start + 11);
        int minute = two(text, start + 14);
        int second = two(text, start + 17);
        if ((century | year | month | day | hour | minute | second) < 0 || hour > 23 || minute > 59 || second > 59) {
            return null;
        }
        int at = start + SECONDS_END;
        int nano = 0;
        if (at < end && text[at] == '.') {
            int scale = 100_000_000;
            for (at++; at < end && text[at] >= '0' && text[at] <= '9'; at++) {
                nano += (text[at] - '0') * scale;
                scale /= 10;
            }
        }
        int offset = offsetSeconds(text, at, end);
        if (offset == Integer.MIN_VALUE) {
            return null;
        }
        long days = LocalDate.of(century * 100 + year, month, day).toEpochDay();
        return Instant.ofEpochSecond(days * 86_400 + hour * 3600L + minute * 60L + second - offset, nano);
    }

    private static int offsetSeconds(byte[] text, int at, int end) {
        if (at == end || (at + 1 == end && text[at] == 'Z')) {
            return 0;
        }
        if (at + 6 != end || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') {
            return Integer.MIN_VALUE;
        }
        int hours = two(text, at + 1);
        int minutes = two(text, at + 4);
        if ((hours | minutes) < 0 || hours > MAX_OFFSET_HOURS || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int seconds = hours * 3600 + minutes * 60;
        return text[at] == '-' ? -seconds : seconds;
    }

    /** The number of two digits, negative where one is none. */
    private static int two(byte[] text, int at) {
        int tens = text[at] - '0';
        int ones = text[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
    }
}
