package dev.kaiaku.dataset.store;

import java.util.ArrayList;
import java.util.List;

/** As {@link LongList}, of smaller numbers. Not thread-safe while it grows. */
final class IntList {
    private static final int SHIFT = 14;
    private static final int MASK = (1 << SHIFT) - 1;

    private final List<int[]> blocks = new ArrayList<>();
    private int size;

    void add(int value) {
        if ((size & MASK) == 0) {
            blocks.add(new int[1 << SHIFT]);
        }
        blocks.get(size >>> SHIFT)[size & MASK] = value;
        size++;
    }

    int get(int index) {
        return blocks.get(index >>> SHIFT)[index & MASK];
    }

    int size() {
        return size;
    }
}
