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

    /** Adds a finding, unless an earlier one or a harmless stretch overlaps it. */
    void add(PiiType type, int start, int end) {
        if (isFree(start, end)) {
            found.add(new Finding(type, start, end));
        }
    }

    /** Adds a finding, unless an earlier one overlaps it. */
    void addAnywhere(PiiType type, int start, int end) {
        if (!isFound(start, end)) {
            found.add(new Finding(type, start, end));
        }
    }

    /** Marks a stretch in which numbers are harmless. */
    void shield(int start, int end) {
        harmless.add(new int[] {start, end});
    }

    boolean isFree(int start, int end) {
        return !isFound(start, end) && harmless.stream().noneMatch(span -> start < span[1] && span[0] < end);
    }

    /** In the order of the text. */
    List<Finding> sorted() {
        found.sort(Comparator.comparingInt(Finding::start));
        return List.copyOf(found);
    }

    private boolean isFound(int start, int end) {
        return found.stream().anyMatch(finding -> start < finding.end() && finding.start() < end);
    }
}
