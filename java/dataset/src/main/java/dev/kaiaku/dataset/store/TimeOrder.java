package dev.kaiaku.dataset.store;

/** Sorts by time without an object for each message. */
final class TimeOrder {
    private TimeOrder() {}

    /**
     * The places of the times from the earliest to the latest; equal times stay in the order of {@code start}, which
     * is used up. A merge of runs: exports are made of long ones.
     */
    static int[] of(LongList times, int[] start) {
        int size = times.size();
        int[] from = start;
        int[] to = new int[size];
        for (int width = 1; width < size; width *= 2) {
            for (int at = 0; at < size; at += 2 * width) {
                merge(times, from, to, at, Math.min(at + width, size), Math.min(at + 2 * width, size));
            }
            int[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private static void merge(LongList times, int[] from, int[] to, int start, int middle, int end) {
        if (middle >= end || times.get(from[middle - 1]) <= times.get(from[middle])) {
            System.arraycopy(from, start, to, start, end - start);
            return;
        }
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++) {
            boolean takeLeft = right >= end || (left < middle && times.get(from[left]) <= times.get(from[right]));
            to[i] = takeLeft ? from[left++] : from[right++];
        }
    }
}
