package dev.kaiaku.dataset.csv;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import dev.kaiaku.dataset.input.StringPool;
import java.util.Arrays;

/** One row of a CSV file at a time: the same object for every row, so that only what is kept becomes a string. */
public final class CsvRow extends AbstractBaseCsvCallbackHandler<CsvRow> {
    private char[] chars = new char[1 << 12];
    private int[] ends = new int[16];
    private int count;

    /** Number of fields. */
    public int count() {
        return count;
    }

    /** Number of the line that the row starts on, from 1. */
    public long line() {
        return getStartingLineNumber();
    }

    /** The text of a field. */
    public String field(int index) {
        return new String(chars, start(index), ends[index] - start(index));
    }

    /** The text of a field, the same string for the same text. */
    public String field(int index, StringPool pool) {
        return pool.get(chars, start(index), ends[index]);
    }

    /** The characters of all fields, valid until the next row. */
    public char[] chars() {
        return chars;
    }

    public int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    public int end(int index) {
        return ends[index];
    }

    @Override
    protected void handleBegin(long line) {
        count = 0;
    }

    @Override
    protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
        int start = start(index);
        if (start + length > chars.length) {
            chars = Arrays.copyOf(chars, Math.max(start + length, chars.length * 2));
        }
        if (index == ends.length) {
            ends = Arrays.copyOf(ends, index * 2);
        }
        System.arraycopy(buffer, offset, chars, start, length);
        ends[index] = start + length;
        count = index + 1;
    }

    @Override
    protected CsvRow buildRecord() {
        return this;
    }
}
