package dev.kaiaku.eval;

import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Measured;
import dev.kaiaku.model.format.EncodedConversation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How well a model predicts what the person really said.
 *
 * @param nll -log p per reply token of the held-out conversations
 * @param gain what a reply token gains from its own context over another one, in nats; 0 or less: context is not used
 * @param baseNll the same NLL of the untouched base; NaN where it is not known
 */
public record Prediction(Interval nll, Interval gain, double baseNll) {
    private static final long SEED = 4;

    /**
     * What is to be predicted, as tokens.
     *
     * @param conversations held out
     * @param real replies after what was really said
     * @param shuffled the same replies after what was said elsewhere
     */
    public record HeldOut(
            List<EncodedConversation> conversations,
            List<EncodedConversation> real,
            List<EncodedConversation> shuffled) {}

    /**
     * Asks a model.
     *
     * @param model gives the sum of -log p over the targets of each sample
     */
    public static Prediction of(HeldOut heldOut, Function<List<EncodedConversation>, double[]> model, double baseNll) {
        double[] targets = targets(heldOut.conversations());
        double[] sums = model.apply(heldOut.conversations());
        Interval nll = Interval.bootstrap(targets.length, chosen -> sum(sums, chosen) / sum(targets, chosen), SEED);
        double[] pairTargets = targets(heldOut.real());
        double[] real = model.apply(heldOut.real());
        double[] shuffled = model.apply(heldOut.shuffled());
        Interval gain = real.length == 0
                ? new Interval(Double.NaN, Double.NaN, Double.NaN)
                : Interval.bootstrap(
                        real.length,
                        chosen -> (sum(shuffled, chosen) - sum(real, chosen)) / sum(pairTargets, chosen),
                        SEED);
        return new Prediction(nll, gain, baseNll);
    }

    Map<Figure, Measured> figures() {
        return Map.of(
                Figure.NLL, new Measured(nll, baseNll, Double.NaN),
                Figure.CONTEXT_GAIN, new Measured(gain, 0, Double.NaN));
    }

    private static double[] targets(List<EncodedConversation> samples) {
        return samples.stream()
                .mapToDouble(sample -> {
                    int count = 0;
                    for (boolean target : sample.targets()) {
                        count += target ? 1 : 0;
                    }
                    return count;
                })
                .toArray();
    }

    private static double sum(double[] values, int[] chosen) {
        return Arrays.stream(chosen).mapToDouble(i -> values[i]).sum();
    }
}
