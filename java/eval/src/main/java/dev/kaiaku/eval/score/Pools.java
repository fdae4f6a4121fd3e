package dev.kaiaku.eval.score;

import java.util.Random;

/** Sums over groups of values: one message says little about its author, twenty say much. */
public final class Pools {
    private static final int GROUPS = 400;

    private Pools() {}

    /**
     * Means of groups of {@code size} different values each, drawn with a seed; the values themselves for size 1.
     *
     * @throws IllegalArgumentException where there are fewer values than a group needs
     */
    public static double[] of(double[] values, int size, long seed) {
        if (values.length < size) {
            throw new IllegalArgumentException(values.length + " values, " + size + " needed");
        }
        if (size == 1) {
            return values.clone();
        }
        Random random = new Random(seed);
        double[] order = values.clone();
        double[] means = new double[GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            double sum = 0;
            for (int i = 0; i < size; i++) {
                int other = i + random.nextInt(order.length - i);
                double chosen = order[other];
                order[other] = order[i];
                order[i] = chosen;
                sum += chosen;
            }
            means[g] = sum / size;
        }
        return means;
    }
}
