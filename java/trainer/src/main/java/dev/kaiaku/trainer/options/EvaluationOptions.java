package dev.kaiaku.trainer.options;

/**
 * When a run is looked at, and when it ends.
 *
 * @param evalEvery updates between evaluations; 0: ten to forty a run, fewer where they would take longer than a
 *     fifth of the training
 * @param patience evaluations without a new best that end the run; 0: never
 */
public record EvaluationOptions(int evalEvery, int patience) {
    /** Throws {@link dev.kaiaku.dataset.BadInputException} for a value out of range, naming its option. */
    public EvaluationOptions {
        Range.atLeast("eval-every", evalEvery, 0);
        Range.atLeast("patience", patience, 0);
    }
}
