package dev.kaiaku.dataset.export;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/** Messages left out, by reason and by who wrote them. Not thread-safe. */
public final class Drops {
    private final Map<String, long[]> byReason = new TreeMap<>();

    /** @param account of {@link dev.kaiaku.dataset.people.People}, or -1 for nobody */
    void add(String reason, int account) {
        int place = account + 1;
        long[] counts = byReason.computeIfAbsent(reason, key -> new long[16]);
        if (place >= counts.length) {
            counts = Arrays.copyOf(counts, Math.max(place + 1, counts.length * 2));
            byReason.put(reason, counts);
        }
        counts[place]++;
    }

    /** Messages of the accounts chosen (-1 is nobody), by reason; reasons without any are left out. */
    public Map<String, Long> of(IntPredicate accounts) {
        Map<String, Long> sums = new TreeMap<>();
        byReason.forEach((reason, counts) -> {
            long sum = 0;
            for (int place = 0; place < counts.length; place++) {
                sum += counts[place] > 0 && accounts.test(place - 1) ? counts[place] : 0;
            }
            if (sum > 0) {
                sums.put(reason, sum);
            }
        });
        return sums;
    }
}
