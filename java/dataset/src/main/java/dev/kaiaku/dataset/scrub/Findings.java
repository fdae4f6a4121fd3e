package dev.kaiaku.dataset.scrub;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What was found in a text so far. What is claimed first stays: a number inside a link is no phone number. Not
 * thread-safe.
 */
final class Findings {
    private final List<Finding> found = new ArrayList<>();
    private final List<int[]> harmless = new ArrayList<>();

    /** Adds a finding, unless an earlier claim overlaps it. */
    void add(PiiType type, int start, int end) {
        if (isFree(start, end)) {
            found.add(new Finding(type, start, end));
        }
    }

    /** Claims a stretch in which later finders should see nothing. */
    void shield(int start, int end) {
        harmless.add(new int[] {start, end});
    }

    boolean isFree(int start, int end) {
        return found.stream().noneMatch(finding -> start < finding.end() && finding.start() < end)
                && harmless.stream().noneMatch(span -> start < span[1] && span[0] < end);
    }

    /** In the order of the text. */
    List<Finding> sorted() {
        found.sort(Comparator.comparingInt(Finding::start));
        return List.copyOf(found);
    }
}
