package dev.kaiaku.eval.copies;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.canary.Canary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How well a model knows a canary by heart: its secret among random ones, ordered by how well they are predicted
 * (Carlini et al. 2019). Bits are log2 of how many random codes one has to try, on average, before one is predicted
 * as well; a model that never saw the canary gives 1.4 on average, one that knows it gives up to 26.6, for there are
 * 10^8 codes. Beyond the codes that were tried, a normal distribution of their NLL tells.
 *
 * @param rank 1 where no other code was predicted better
 * @param tried codes, the planted one among them
 * @param bits exposure
 */
public record Exposure(Canary canary, int rank, int tried, double bits) {
    /** Bits that a model which never saw the canary hardly ever gives: one in a thousand. */
    public static final double KNOWN = 10;

    private static final int OTHERS = 127;
    private static final long SEED = 6;
    private static final double SERIES_END = -4;
    private static final int TERMS = 60;

    /** Whether chance is no explanation. */
    public boolean known() {
        return bits >= KNOWN;
    }

    /**
     * Asks a model for every canary.
     *
     * @param system text of the data set's system turns, or null
     * @param nll gives the sum of -log p over the reply of each conversation
     */
    public static List<Exposure> of(
            List<Canary> canaries, @Nullable String system, Function<List<Conversation>, double[]> nll) {
        List<Conversation> samples = new ArrayList<>();
        Random random = new Random(SEED);
        for (Canary canary : canaries) {
            samples.add(canary.sample(system));
            for (int i = 0; i < OTHERS; i++) {
                samples.add(canary.withCode(Canary.code(random)).sample(system));
            }
        }
        double[] found = nll.apply(samples);
        List<Exposure> exposures = new ArrayList<>();
        for (int i = 0; i < canaries.size(); i++) {
            int start = i * (OTHERS + 1);
            exposures.add(of(canaries.get(i), found[start], Arrays.copyOfRange(found, start + 1, start + 1 + OTHERS)));
        }
        return exposures;
    }

    /** Of a canary whose secret and whose rivals were predicted so. */
    static Exposure of(Canary canary, double nll, double[] others) {
        int better = (int) Arrays.stream(others).filter(other -> other < nll).count();
        double mean = Arrays.stream(others).average().orElse(Double.NaN);
        double variance = Arrays.stream(others)
                .map(other -> (other - mean) * (other - mean))
                .average()
                .orElse(Double.NaN);
        double share = below((nll - mean) / Math.sqrt(variance));
        double bits = -Math.log(Math.max(share, 1 / Canary.CODES)) / Math.log(2);
        return new Exposure(canary, better + 1, others.length + 1, bits);
    }

    /** Share of a normal distribution below z standard deviations: Marsaglia's series; far out, Laplace's fraction. */
    static double below(double z) {
        double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
        if (z < SERIES_END) {
            double fraction = 0;
            for (int i = TERMS; i >= 1; i--) {
                fraction = i / (-z + fraction);
            }
            return density / (-z + fraction);
        }
        double term = z;
        double sum = z;
        for (int i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
            term *= z * z / i;
            sum += term;
        }
        return 0.5 + density * sum;
    }
}
