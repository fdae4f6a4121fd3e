package dev.kaiaku.eval.tune;

import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.trainer.TrainOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One way to train.
 *
 * @param context what stands before a reply
 * @param lr peak learning rate
 * @param rank of the adapter, which counts as much as with any other rank
 */
public record Arm(ContextRule context, double lr, int rank) {
    /** What the rate that the search starts from is multiplied by. */
    private static final double[] RATES = {1, 0.4, 2};

    /** Rules and rates at one rank, what is most worth knowing first. */
    static List<Arm> rulesAndRates(ContextRule first, double lr, int rank) {
        ContextRule second = first == ContextRule.SESSION ? ContextRule.BLOCK : ContextRule.SESSION;
        List<Arm> arms = new ArrayList<>();
        for (double rate : RATES) {
            arms.add(new Arm(first, lr * rate, rank));
            arms.add(new Arm(second, lr * rate, rank));
        }
        return arms;
    }

    /** The same at a rate further out, where none of those tried lies beyond its own; else none. */
    List<Arm> beyond(List<Arm> tried) {
        List<Double> rates = tried.stream()
                .filter(arm -> arm.context() == context)
                .map(Arm::lr)
                .sorted()
                .toList();
        List<Arm> beyond = new ArrayList<>();
        if (rates.indexOf(lr) == 0) {
            beyond.add(new Arm(context, lr / 2, rank));
        }
        if (rates.indexOf(lr) == rates.size() - 1) {
            beyond.add(new Arm(context, lr * 2, rank));
        }
        return beyond;
    }

    /** The same at half and at twice the rank. */
    List<Arm> otherRanks() {
        return List.of(new Arm(context, lr, Math.max(1, rank / 2)), new Arm(context, lr, 2 * rank));
    }

    /** The options that it trains with. */
    public TrainOptions options(TrainOptions asked) {
        return asked.toBuilder()
                .lr(lr)
                .rank(rank)
                .alpha(asked.lora().alpha() * rank / asked.lora().rank())
                .build();
    }

    /** Name of its folder. */
    String id() {
        return String.format(Locale.ROOT, "%s-lr%.1e-r%d", context.id(), lr, rank);
    }

    /** For people. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s, lr %.1e, rank %d", context.id(), lr, rank);
    }
}
