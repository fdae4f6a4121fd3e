package dev.kaiaku.trainer;

/**
 * What a run resolved its options to, before its first step.
 *
 * @param steps updates
 * @param batchTokens most tokens of an update
 * @param microTokens most tokens of one native call, T
 * @param recompute layers run again in backward, because keeping everything does not fit
 * @param evalEvery updates between evaluations
 * @param threads of native compute
 * @param memoryBytes that weights and training will hold
 * @param trainSamples examples that are trained on
 * @param validationSamples examples that are evaluated
 * @param trainTokens tokens of one pass over the examples
 * @param targetTokens those of them that are learned
 * @param droppedSamples examples without anything to learn
 * @param cutSamples examples that lost their beginning to {@code seqLen}
 */
public record TrainPlan(
        int steps,
        int batchTokens,
        int microTokens,
        boolean recompute,
        int evalEvery,
        int threads,
        long memoryBytes,
        int trainSamples,
        int validationSamples,
        long trainTokens,
        long targetTokens,
        int droppedSamples,
        int cutSamples) {}
