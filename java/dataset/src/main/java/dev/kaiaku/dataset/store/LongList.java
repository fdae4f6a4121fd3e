package dev.kaiaku.dataset.store;

import java.util.ArrayList;
import java.util.List;

/** Numbers in the order of their adding. Grows by blocks, so that nothing is copied. Not thread-safe while it grows. */
final class LongList {
    private static final int SHIFT = 14;
    private static final int MASK = (1 << SHIFT) - 1;

    private final List<long[]> blocks = new ArrayList<>();
    private int size;

    void add(long value) {
        if ((size & MASK) == 0) {
            blocks.add(new long[1 << SHIFT]);
        }
        blocks.get(size >>> SHIFT)[size & MASK] = value;
        size++;
    }

    long get(int index) {
        return blocks.get(index >>> SHIFT)[index & MASK];
    }

    int size() {
        return size;
    }
}
