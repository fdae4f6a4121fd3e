package dev.kaiaku.trainer.options;

/**
 * The adapter.
 *
 * @param rank R
 * @param alpha the adapter counts {@code alpha / rank} times
 * @param rslora it counts {@code alpha / sqrt(rank)} times instead
 * @param dropout probability that a value of the input of A is left out of an update
 * @param targets {@code all-linear}, {@code attention}, {@code mlp}, or names such as {@code q_proj,v_proj}
 */
public record LoraOptions(int rank, double alpha, boolean rslora, double dropout, String targets) {
    /** Throws {@link dev.kaiaku.dataset.BadInputException} for a value out of range, naming its option. */
    public LoraOptions {
        Range.atLeast("rank", rank, 1);
        Range.positive("alpha", alpha);
        Range.require("dropout", dropout, dropout >= 0 && dropout < 1, "0 or more, and less than 1");
    }

    /** s in {@code W x + s B A x}. */
    public double scaling() {
        return alpha / (rslora ? Math.sqrt(rank) : rank);
    }
}
