package dev.kaiaku.eval.score;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * A figure and the range that holds it in 95 of 100 repetitions.
 *
 * @param low 2.5th percentile
 * @param high 97.5th percentile
 */
public record Interval(double value, double low, double high) {
    private static final int RESAMPLES = 400;
    private static final int HALVES = 200;
    private static final double Z = 1.959963984540054;

    /**
     * By bootstrap: the statistic of {@code n} items, and of resamples of them with replacement.
     *
     * @param statistic of the items at some indices, as many as n
     */
    public static Interval bootstrap(int n, ToDoubleFunction<int[]> statistic, long seed) {
        int[] all = new int[n];
        Arrays.setAll(all, i -> i);
        Random random = new Random(seed);
        double[] values = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            values[r] = statistic.applyAsDouble(random.ints(n, 0, n).toArray());
        }
        Arrays.sort(values);
        return new Interval(
                statistic.applyAsDouble(all), values[(int) (0.025 * RESAMPLES)], values[(int) (0.975 * RESAMPLES)]);
    }

    /**
     * By halves: the statistic of {@code n} items, and how much it differs between random halves of them, which is
     * as much as between samples of n (the delete-half jackknife, Shao and Wu 1989). For statistics that items drawn
     * twice would upset, such as how many words differ.
     *
     * @param statistic of the items at some indices
     */
    public static Interval halves(int n, ToDoubleFunction<int[]> statistic, long seed) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        double value = statistic.applyAsDouble(order);
        if (n < 2) {
            return new Interval(value, value, value);
        }
        Random random = new Random(seed);
        double[] values = new double[HALVES];
        for (int h = 0; h < HALVES; h++) {
            for (int i = 0; i < n / 2; i++) {
                int other = i + random.nextInt(n - i);
                int chosen = order[other];
                order[other] = order[i];
                order[i] = chosen;
            }
            values[h] = statistic.applyAsDouble(Arrays.copyOf(order, n / 2));
        }
        Arrays.sort(values);
        double middle = values[HALVES / 2];
        // A half alone may lie elsewhere than the whole; only the spread is taken from it.
        double below = middle - values[(int) (0.025 * HALVES)];
        double above = values[(int) (0.975 * HALVES)] - middle;
        return new Interval(value, value - below, value + above);
    }

    /** Of a share, by Wilson's score (1927). */
    public static Interval wilson(long successes, long trials) {
        if (trials == 0) {
            return new Interval(Double.NaN, 0, 1);
        }
        double share = (double) successes / trials;
        double spread = Z * Z / trials;
        double middle = (share + spread / 2) / (1 + spread);
        double half = Z * Math.sqrt(share * (1 - share) / trials + spread / (4.0 * trials)) / (1 + spread);
        return new Interval(
                share, Math.max(0, Math.min(share, middle - half)), Math.min(1, Math.max(share, middle + half)));
    }

    /** Whether the two ranges share no value. */
    public boolean apartFrom(Interval other) {
        return high < other.low || other.high < low;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", value, low, high);
    }
}
