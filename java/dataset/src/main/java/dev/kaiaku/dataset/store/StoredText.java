package dev.kaiaku.dataset.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Records of messages one after the other: length of the text in bytes, the text in UTF-8, reactions, whether
 * there is an id, its fingerprint. Not thread-safe.
 */
public final class StoredText {
    private byte[] bytes = new byte[1 << 16];
    private int end;

    /** Adds a record. */
    public void add(String text, int reactions, long id) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int needed = end + utf8.length + 24;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
        }
        number(utf8.length);
        System.arraycopy(utf8, 0, bytes, end, utf8.length);
        end += utf8.length;
        number(reactions);
        bytes[end++] = (byte) (id == 0 ? 0 : 1);
        for (int shift = 0; id != 0 && shift < 64; shift += 8) {
            bytes[end++] = (byte) (id >>> shift);
        }
    }

    /** The bytes; those up to {@link #end} count. */
    public byte[] bytes() {
        return bytes;
    }

    /** Length of all records so far. */
    public int end() {
        return end;
    }

    private void number(int value) {
        int rest = value;
        while (rest >= 0x80) {
            bytes[end++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[end++] = (byte) rest;
    }
}
