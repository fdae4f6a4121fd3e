package dev.kaiaku.trainer.packing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The rows of one optimiser step.
 *
 * @param epoch passes over the examples when it is done, with a fraction
 */
public record Update(List<Row> rows, double epoch) {
    public Update {
        rows = List.copyOf(rows);
    }

    /**
     * The updates of a run. Every epoch shuffles the examples, packs them into rows and goes through these in a random
     * order; an update takes rows until the next would exceed {@code batchTokens}, but one at least.
     *
     * @param rowTokens room of a row
     * @param maxSteps number of updates, over as many epochs as that takes; 0: {@code epochs} epochs
     */
    public static List<Update> plan(
            List<Example> examples, int rowTokens, int batchTokens, int epochs, int maxSteps, long seed) {
        List<Update> updates = new ArrayList<>();
        List<Example> order = new ArrayList<>(examples);
        Random random = new Random(seed);
        List<Row> open = new ArrayList<>();
        int openTokens = 0;
        for (int epoch = 0; maxSteps > 0 || epoch < epochs; epoch++) {
            Collections.shuffle(order, random);
            List<Row> rows = new ArrayList<>(Row.pack(order, rowTokens));
            Collections.shuffle(rows, random);
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                if (!open.isEmpty() && openTokens + row.length() > batchTokens) {
                    updates.add(new Update(open, epoch + (double) i / rows.size()));
                    if (updates.size() == maxSteps) {
                        return updates;
                    }
                    open.clear();
                    openTokens = 0;
                }
                open.add(row);
                openTokens += row.length();
            }
        }
        updates.add(new Update(open, epochs));
        return updates;
    }

    /**
     * Room of a row such that updates of {@code batchTokens} are made of whole rows: at most {@code most}, but enough
     * for the longest example.
     */
    public static int rowTokens(int batchTokens, int most, int longest) {
        int rows = (batchTokens + most - 1) / most;
        return Math.max(longest, batchTokens / rows);
    }

    public long tokens() {
        return rows.stream().mapToLong(Row::length).sum();
    }
}
