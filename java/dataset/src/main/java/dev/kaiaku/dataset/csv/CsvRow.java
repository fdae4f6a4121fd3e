package dev.kaiaku.dataset.csv;

import dev.kaiaku.dataset.date.ChatDate;
import dev.kaiaku.dataset.input.StringPool;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One row of a CSV file at a time: the same object for every row, so that only what is kept becomes a string. */
public final class CsvRow {
    /** Bytes of a row; far beyond what a message can have, and little enough for a small memory. */
    static final int MAX_BYTES = 1 << 22;

    /** The fields one after the other, in UTF-8, quotes resolved. */
    private byte[] bytes = new byte[1 << 12];

    private int[] ends = new int[16];
    private int length;
    private int count;
    private long line;

    /** Number of fields. */
    public int count() {
        return count;
    }

    /** Number of the line that the row starts on, from 1. */
    public long line() {
        return line;
    }

    /** The text of a field. */
    public String field(int index) {
        return new String(bytes, start(index), ends[index] - start(index), StandardCharsets.UTF_8);
    }

    /** The text of a field, the same string for the same text. */
    public String field(int index, StringPool pool) {
        return pool.get(bytes, start(index), ends[index]);
    }

    /** The time that a field tells, or null where it is no date. */
    public @Nullable Instant time(int index, boolean dayFirst) {
        return ChatDate.parse(bytes, start(index), ends[index], dayFirst);
    }

    public boolean isEmpty(int index) {
        return start(index) == ends[index];
    }

    /** Starts a row on a line. */
    void begin(long number) {
        line = number;
        length = 0;
        count = 0;
    }

    /** Adds bytes to the field at hand; false where the row is too long to hold them. */
    boolean add(byte[] source, int from, int to) {
        int needed = length + to - from;
        if (needed > bytes.length) {
            if (needed > MAX_BYTES) {
                return false;
            }
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
        }
        System.arraycopy(source, from, bytes, length, to - from);
        length = needed;
        return true;
    }

    void endField() {
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count * 2);
        }
        ends[count++] = length;
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }
}
