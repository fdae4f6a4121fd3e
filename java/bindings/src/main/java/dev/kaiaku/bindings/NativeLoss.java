package dev.kaiaku.bindings;

/**
 * What a forward pass over a batch found.
 *
 * @param sum of -log p over the tokens that count
 * @param targets how many those are
 */
public record NativeLoss(double sum, long targets) {
    /** Of two batches together. */
    public NativeLoss plus(NativeLoss other) {
        return new NativeLoss(sum + other.sum, targets + other.targets);
    }

    /** -log p per target; NaN where there is none. */
    public double mean() {
        return sum / targets;
    }
}
