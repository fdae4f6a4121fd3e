package dev.kaiaku.trainer;

import java.nio.file.Path;

/**
 * What a run came to. NLL is the mean of -log p per target token of validation, end of turn included; NaN where
 * there is no validation.
 *
 * @param baseNll of the base alone
 * @param bestNll of the adapter that was kept
 * @param bestStep updates that it has seen
 * @param steps updates done
 * @param tokensPerSecond of training, evaluations left out
 * @param peakMemoryBytes most memory that the process held
 * @param targetTokens tokens learned in one pass over the examples
 * @param adapter folder of the adapter, in PEFT's layout
 */
public record TrainResult(
        double baseNll,
        double bestNll,
        int bestStep,
        int steps,
        double tokensPerSecond,
        long peakMemoryBytes,
        int trainSamples,
        int validationSamples,
        long targetTokens,
        Path adapter,
        StopReason stopReason) {

    /** Why a run ended. */
    public enum StopReason {
        /** All updates done. */
        COMPLETED,
        /** {@code --patience} evaluations without a new best. */
        EARLY_STOP,
        /** {@link StopSignal}. */
        INTERRUPTED
    }
}
