package dev.kaiaku.eval.score;

import java.util.Arrays;

/** Area under the ROC curve: how often a value of one class is above one of the other. */
public final class Auc {
    private Auc() {}

    /**
     * Share of pairs in which the value of {@code above} is the larger one; ties count half. 0.5 where the two
     * cannot be told apart. By ranks (Mann and Whitney), O(n log n).
     */
    public static double of(double[] above, double[] below) {
        if (above.length == 0 || below.length == 0) {
            throw new IllegalArgumentException("both classes need a value");
        }
        double[] sorted = below.clone();
        Arrays.sort(sorted);
        double wins = 0;
        for (double value : above) {
            int less = firstAtLeast(sorted, value);
            int lessOrEqual = firstAbove(sorted, value);
            wins += less + (lessOrEqual - less) / 2.0;
        }
        return wins / above.length / below.length;
    }

    private static int firstAtLeast(double[] sorted, double value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int firstAbove(double[] sorted, double value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] <= value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
