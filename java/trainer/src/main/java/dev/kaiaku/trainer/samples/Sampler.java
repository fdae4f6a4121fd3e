package dev.kaiaku.trainer.samples;

import java.util.Arrays;
import java.util.Random;

/**
 * Draws tokens by temperature and nucleus: the most probable tokens that together reach {@code topP} take part. Not
 * thread-safe.
 */
final class Sampler {
    private final double temperature;
    private final double topP;
    private final Random random;

    Sampler(double temperature, double topP, long seed) {
        this.temperature = temperature;
        this.topP = topP;
        this.random = new Random(seed);
    }

    /** A token, drawn from {@code logits[from .. from + vocabSize)}; -1 where these are no numbers. */
    int draw(float[] logits, int from, int vocabSize) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < vocabSize; i++) {
            most = Math.max(most, logits[from + i]);
        }
        double[] weights = new double[vocabSize];
        double sum = 0;
        for (int i = 0; i < vocabSize; i++) {
            weights[i] = Math.exp((logits[from + i] - most) / temperature);
            sum += weights[i];
        }
        if (!Double.isFinite(sum)) {
            return -1;
        }
        double smallest = smallestOfNucleus(weights, topP * sum);
        double kept =
                Arrays.stream(weights).filter(weight -> weight >= smallest).sum();
        double left = random.nextDouble() * kept;
        int last = 0;
        for (int i = 0; i < vocabSize; i++) {
            if (weights[i] >= smallest) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    break;
                }
            }
        }
        return last;
    }

    private static double smallestOfNucleus(double[] weights, double mass) {
        double[] ascending = weights.clone();
        Arrays.sort(ascending);
        double reached = 0;
        int i = ascending.length;
        while (i > 0 && reached < mass) {
            reached += ascending[--i];
        }
        return ascending[i];
    }
}
