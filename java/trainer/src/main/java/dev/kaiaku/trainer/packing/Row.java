package dev.kaiaku.trainer.packing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whole examples that stand side by side in a row of a fixed number of tokens; each sees only itself.
 *
 * @param examples longest first
 */
public record Row(List<Example> examples) {
    public Row {
        examples = List.copyOf(examples);
    }

    /**
     * Best-fit decreasing: every example, the longest first, goes into the fullest row that still has room for it.
     * Takes O(n log n); with chat samples, all rows but the last few are full to a token or two.
     *
     * @param rowTokens room of a row
     * @throws IllegalArgumentException for an example that is longer
     */
    public static List<Row> pack(List<Example> examples, int rowTokens) {
        List<List<Example>> rows = new ArrayList<>();
        TreeMap<Integer, Deque<Integer>> byRoom = new TreeMap<>();
        List<Example> longestFirst = examples.stream()
                .sorted(Comparator.comparingInt(Example::length).reversed())
                .toList();
        for (Example example : longestFirst) {
            if (example.length() > rowTokens) {
                throw new IllegalArgumentException(example.length() + " tokens do not fit into " + rowTokens);
            }
            Map.Entry<Integer, Deque<Integer>> fullest = byRoom.ceilingEntry(example.length());
            int room = rowTokens;
            int row = rows.size();
            if (fullest == null) {
                rows.add(new ArrayList<>());
            } else {
                room = fullest.getKey();
                row = fullest.getValue().removeFirst();
                if (fullest.getValue().isEmpty()) {
                    byRoom.remove(room);
                }
            }
            rows.get(row).add(example);
            byRoom.computeIfAbsent(room - example.length(), any -> new ArrayDeque<>())
                    .addLast(row);
        }
        return rows.stream().map(Row::new).toList();
    }

    /** Tokens that it holds. */
    public int length() {
        return examples.stream().mapToInt(Example::length).sum();
    }
}
