package dev.kaiaku.eval.coherence;

import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Measured;
import java.util.Arrays;
import java.util.List;

/**
 * How much of the sense that the person makes a model makes.
 *
 * @param person mean coherence of the person's held-out replies
 * @param personShuffled the same under contexts of other replies: what chance gives
 * @param model mean coherence of the model's replies to the same contexts
 * @param modelShuffled the same under contexts of other replies
 * @param way what the model gains over chance, as a share of what the person gains; above 1: it parrots
 */
public record CoherenceScores(double person, double personShuffled, double model, double modelShuffled, Interval way) {
    private static final long SEED = 3;

    /** Compares replies to the same contexts. */
    public static CoherenceScores of(Coherence coherence, List<Reply> person, List<Reply> model) {
        double[] real = coherence.real(person);
        double[] realShuffled = coherence.shuffled(person, SEED);
        double[] made = coherence.real(model);
        double[] madeShuffled = coherence.shuffled(model, SEED);
        double gain = mean(real) - mean(realShuffled);
        Interval way = Interval.bootstrap(
                made.length,
                chosen -> Arrays.stream(chosen)
                                .mapToDouble(i -> made[i] - madeShuffled[i])
                                .average()
                                .orElse(0)
                        / gain,
                SEED);
        return new CoherenceScores(mean(real), mean(realShuffled), mean(made), mean(madeShuffled), way);
    }

    /** What the model gains over chance, between nothing and what the person gains. */
    public Measured gain() {
        double most = person - personShuffled;
        return new Measured(new Interval(most * way.value(), most * way.low(), most * way.high()), 0, most);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }
}
