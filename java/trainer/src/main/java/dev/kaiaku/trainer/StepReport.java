package dev.kaiaku.trainer;

/**
 * One update.
 *
 * @param step from 1
 * @param steps of the run
 * @param epoch passes over the examples so far, with a fraction
 * @param loss -log p per target token, before the update
 * @param validationNll of the latest evaluation of an adapter; NaN before the first
 * @param lr learning rate of the update
 * @param gradNorm before clipping
 * @param tokens of the update
 * @param targets those of them that were learned
 * @param seconds that the update took
 * @param tokensPerSecond over all updates so far, evaluations left out
 * @param secondsLeft estimate for the updates that remain
 * @param memoryBytes that the process holds
 */
public record StepReport(
        int step,
        int steps,
        double epoch,
        double loss,
        double validationNll,
        double lr,
        double gradNorm,
        long tokens,
        long targets,
        double seconds,
        double tokensPerSecond,
        double secondsLeft,
        long memoryBytes) {}
