package dev.kaiaku.dataset.store;

import java.util.function.LongConsumer;

/** Numbers by number, by open addressing: 16 bytes and a little for each. Not thread-safe while it changes. */
public final class LongMap {
    private static final int SMALLEST = 64;

    private long[] keys = new long[SMALLEST];
    private long[] values = new long[SMALLEST];
    private boolean[] used = new boolean[SMALLEST];
    private int size;

    /** The value of a key, or {@code missing}. */
    public long get(long key, long missing) {
        int place = place(key);
        return used[place] ? values[place] : missing;
    }

    /** Sets the value of a key. */
    public void put(long key, long value) {
        int place = place(key);
        if (!used[place]) {
            if (size * 3L >= keys.length * 2L) {
                grow();
                place = place(key);
            }
            used[place] = true;
            keys[place] = key;
            size++;
        }
        values[place] = value;
    }

    public boolean contains(long key) {
        return used[place(key)];
    }

    public int size() {
        return size;
    }

    /** Hands on every value, in no order. */
    public void forEachValue(LongConsumer action) {
        for (int i = 0; i < keys.length; i++) {
            if (used[i]) {
                action.accept(values[i]);
            }
        }
    }

    private int place(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        int place = (int) (mixed >>> 32 ^ mixed) & (keys.length - 1);
        while (used[place] && keys[place] != key) {
            place = (place + 1) & (keys.length - 1);
        }
        return place;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldValues = values;
        boolean[] oldUsed = used;
        keys = new long[oldKeys.length * 2];
        values = new long[keys.length];
        used = new boolean[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldUsed[i]) {
                int place = place(oldKeys[i]);
                used[place] = true;
                keys[place] = oldKeys[i];
                values[place] = oldValues[i];
            }
        }
    }
}
