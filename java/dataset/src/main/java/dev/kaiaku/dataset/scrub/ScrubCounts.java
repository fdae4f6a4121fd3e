package dev.kaiaku.dataset.scrub;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was replaced, by type, with the first masked examples of each. Not thread-safe: one for each batch of messages. */
public final class ScrubCounts {
    private static final int EXAMPLES = 3;

    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, List<String>> examples = new TreeMap<>();

    /** Counts one replacement; the example shows no more than its shape. */
    void add(String type, String masked) {
        counts.merge(type, 1L, Long::sum);
        example(type, masked);
    }

    /** Adds what a later batch counted; in the order of batches the result is that of one batch. */
    public void merge(ScrubCounts later) {
        later.counts.forEach((type, count) -> counts.merge(type, count, Long::sum));
        later.examples.forEach((type, masked) -> masked.forEach(example -> example(type, example)));
    }

    /** How often each type was replaced. */
    public Map<String, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /** The first different examples of each type, masked. */
    public Map<String, List<String>> examples() {
        return Collections.unmodifiableMap(examples);
    }

    private void example(String type, String masked) {
        List<String> known = examples.computeIfAbsent(type, key -> new ArrayList<>());
        if (known.size() < EXAMPLES && !known.contains(masked)) {
            known.add(masked);
        }
    }
}
