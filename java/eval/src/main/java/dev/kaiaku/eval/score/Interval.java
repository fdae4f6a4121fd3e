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

    /** Of a share, by Wilson's score (1927). */
    public static Interval wilson(long successes, long trials) {
        if (trials == 0) {
            return new Interval(Double.NaN, 0, 1);
        }
        double share = (double) successes / trials;
        double spread = Z * Z / trials;
        double middle = (share + spread / 2) / (1 + spread);
        double half = Z * Math.sqrt(share * (1 - share) / trials + spread / (4.0 * trials)) / (1 + spread);
        return new Interval(share, Math.max(0, middle - half), Math.min(1, middle + half));
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
