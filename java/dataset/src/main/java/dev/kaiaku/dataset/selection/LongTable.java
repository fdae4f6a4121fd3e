package dev.kaiaku.dataset.selection;

/** A map from hashes of 64 bits to numbers from 0, without an object for each. Not thread-safe. */
final class LongTable {
    private long[] keys = new long[64];
    private int[] values = new int[64];
    private int size;

    /** The number under a key; −1 where there is none. */
    int get(long key) {
        return values[place(key)] - 1;
    }

    void put(long key, int value) {
        if (4 * size >= 3 * keys.length) {
            grow();
        }
        int place = place(key);
        size += values[place] == 0 ? 1 : 0;
        keys[place] = key;
        values[place] = value + 1;
    }

    private int place(long key) {
        int place = (int) Mix.of(key) & (keys.length - 1);
        while (values[place] != 0 && keys[place] != key) {
            place = (place + 1) & (keys.length - 1);
        }
        return place;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[2 * oldKeys.length];
        values = new int[2 * oldValues.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != 0) {
                int place = place(oldKeys[i]);
                keys[place] = oldKeys[i];
                values[place] = oldValues[i];
            }
        }
    }
}
