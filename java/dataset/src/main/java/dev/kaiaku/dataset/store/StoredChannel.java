package dev.kaiaku.dataset.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one channel by number, from 0 in the order of time; messages of equal times stay in the order of
 * the export. Thread-safe once the store is sealed.
 */
public final class StoredChannel {
    private final String name;
    private final int number;
    private final LongList times = new LongList();
    private final LongList offsets = new LongList();
    private final IntList authors = new IntList();
    private final IntList reversed = new IntList();
    private boolean sorted = true;
    private int fileStart;
    /** Place in the order of adding by place in the order of time; null where they are the same. */
    private int @Nullable [] order;

    private int @Nullable [] places;

    StoredChannel(String name, int number) {
        this.name = name;
        this.number = number;
    }

    public String name() {
        return name;
    }

    /** Number of the channel, from 0 in the order of reading. */
    public int number() {
        return number;
    }

    public int size() {
        return times.size();
    }

    /** When a message was written, in nanoseconds since 1970. */
    public long nanos(int message) {
        return times.get(added(message));
    }

    /** Who wrote a message, as numbered by the people of the export. */
    public int author(int message) {
        return authors.get(added(message));
    }

    long offset(int message) {
        return offsets.get(added(message));
    }

    long offsetAdded(int added) {
        return offsets.get(added);
    }

    int add(long nanos, int author, long offset) {
        int size = times.size();
        sorted &= size == 0 || times.get(size - 1) <= nanos;
        times.add(nanos);
        authors.add(author);
        offsets.add(offset);
        return size;
    }

    /** Ends a file: one with the newest message first is turned round, which equal times would not show. */
    void endFile() {
        long steps = 0;
        for (int i = fileStart + 1; i < times.size(); i++) {
            steps += Long.signum(times.get(i) - times.get(i - 1));
        }
        if (steps < 0) {
            reversed.add(fileStart);
            reversed.add(times.size());
        }
        fileStart = times.size();
    }

    void seal() {
        if (!sorted) {
            int[] start = new int[times.size()];
            Arrays.setAll(start, i -> i);
            for (int i = 0; i < reversed.size(); i += 2) {
                int first = reversed.get(i);
                int end = reversed.get(i + 1);
                for (int j = first; j < end; j++) {
                    start[j] = first + end - 1 - j;
                }
            }
            order = TimeOrder.of(times, start);
            places = new int[order.length];
            for (int i = 0; i < order.length; i++) {
                places[order[i]] = i;
            }
        }
    }

    /** Place in the order of time of the message added as that. */
    int place(int added) {
        return places == null ? added : places[added];
    }

    private int added(int message) {
        return order == null ? message : order[message];
    }
}
