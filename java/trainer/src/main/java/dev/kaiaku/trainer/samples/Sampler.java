package dev.kaiaku.trainer.samples;

import java.util.Arrays;
import java.util.Random;

/** Draws tokens from logits, with random numbers of its own. Not thread-safe. */
public final class Sampler {
    /** No token: a model that has lost its numbers says nothing. */
    public static final int NONE = -1;

    private final Settings settings;
    private final Random random;

    /**
     * Which tokens take part.
     *
     * @param temperature logits are divided by it; 0: always the most probable token
     * @param topP the most probable tokens that together reach this share take part; 1: all
     * @param minP tokens at least this share as probable as the first take part; 0: all
     */
    public record Settings(double temperature, double topP, double minP) {
        public Settings {
            if (!(temperature >= 0) || !(topP > 0 && topP <= 1) || !(minP >= 0 && minP <= 1)) {
                throw new IllegalArgumentException(
                        "temperature " + temperature + ", top-p " + topP + ", min-p " + minP);
            }
        }
    }

    public Sampler(Settings settings, long seed) {
        this.settings = settings;
        this.random = new Random(seed);
    }

    /** A token, drawn from {@code logits[from .. from + vocabSize)}; {@link #NONE} where these are no numbers. */
    public int draw(float[] logits, int from, int vocabSize) {
        int first = 0;
        for (int i = 0; i < vocabSize; i++) {
            if (Float.isNaN(logits[from + i])) {
                return NONE;
            }
            first = logits[from + i] > logits[from + first] ? i : first;
        }
        if (Float.isInfinite(logits[from + first])) {
            return NONE;
        }
        if (settings.temperature() == 0) {
            return first;
        }
        double[] weights = new double[vocabSize];
        double sum = 0;
        for (int i = 0; i < vocabSize; i++) {
            weights[i] = Math.exp((logits[from + i] - logits[from + first]) / settings.temperature());
            sum += weights[i];
        }
        double least = Math.max(settings.minP(), smallestOfNucleus(weights, sum));
        double kept = 0;
        for (double weight : weights) {
            kept += weight >= least ? weight : 0;
        }
        double left = random.nextDouble() * kept;
        int last = first;
        for (int i = 0; i < vocabSize && left >= 0; i++) {
            if (weights[i] >= least) {
                last = i;
                left -= weights[i];
            }
        }
        return last;
    }

    private double smallestOfNucleus(double[] weights, double sum) {
        double mass = settings.topP() * sum;
        // Tokens below this cannot be needed: all of them together are less than what the nucleus leaves out.
        double negligible = (sum - mass) / weights.length;
        double[] ascending = Arrays.stream(weights)
                .filter(weight -> weight >= negligible)
                .sorted()
                .toArray();
        double reached = 0;
        int i = ascending.length;
        while (i > 0 && reached < mass) {
            reached += ascending[--i];
        }
        return ascending[i];
    }
}
