package dev.kaiaku.trainer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The examples of one optimiser step.
 *
 * @param epoch passes over the examples when it is done, with a fraction
 */
record Update(List<Example> examples, double epoch) {

    /**
     * The updates of a run: every epoch goes through all examples in an order of its own, and an update takes whole
     * examples until the next would exceed {@code batchTokens}. One that is longer makes an update alone.
     *
     * @param maxSteps number of updates, over as many epochs as that takes; 0: {@code epochs} epochs
     */
    static List<Update> plan(List<Example> examples, int batchTokens, int epochs, int maxSteps, long seed) {
        List<Update> updates = new ArrayList<>();
        List<Example> order = new ArrayList<>(examples);
        Random random = new Random(seed);
        List<Example> open = new ArrayList<>();
        int openTokens = 0;
        for (int epoch = 0; maxSteps > 0 || epoch < epochs; epoch++) {
            Collections.shuffle(order, random);
            for (int i = 0; i < order.size(); i++) {
                Example example = order.get(i);
                if (!open.isEmpty() && openTokens + example.length() > batchTokens) {
                    updates.add(new Update(List.copyOf(open), epoch + (double) i / order.size()));
                    if (updates.size() == maxSteps) {
                        return updates;
                    }
                    open.clear();
                    openTokens = 0;
                }
                open.add(example);
                openTokens += example.length();
            }
        }
        updates.add(new Update(List.copyOf(open), epochs));
        return updates;
    }

    long tokens() {
        return examples.stream().mapToLong(Example::length).sum();
    }
}
