package dev.kaiaku.trainer;

import dev.kaiaku.trainer.judgement.ContextCheck;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to. NLL is the mean of -log p per target token of validation, end of turn included; NaN where
 * there is no validation.
 *
 * @param baseNll of the base alone
 * @param bestNll of the adapter that was kept
 * @param bestStep updates that it has seen
 * @param steps updates done
 * @param lr peak learning rate of its schedule
 * @param tokensPerSecond of training, evaluations left out
 * @param peakMemoryBytes most memory that the process held; where a GPU computes, what was taken of its memory
 * @param plannedMemoryBytes what {@link TrainPlan#memoryBytes} said before
 * @param plannedNativeBytes what {@link TrainPlan#nativeBytes} said before
 * @param nativeBytes what the native library held
 * @param targetTokens tokens learned in one pass over the examples
 * @param adapter folder of the adapter, in PEFT's layout
 * @param saw what ended the run early or lowered its rate; empty for nothing
 * @param context whether the adapter that was kept uses what was said; null where that was not looked at
 */
public record TrainResult(
        double baseNll,
        double bestNll,
        int bestStep,
        int steps,
        double lr,
        double tokensPerSecond,
        long peakMemoryBytes,
        long plannedMemoryBytes,
        long plannedNativeBytes,
        long nativeBytes,
        int trainSamples,
        int validationSamples,
        long targetTokens,
        Path adapter,
        StopReason stopReason,
        String saw,
        @Nullable ContextCheck context) {

    /** Why a run ended. */
    public enum StopReason {
        /** All updates done. */
        COMPLETED,
        /** {@code --patience} evaluations without a new best. */
        EARLY_STOP,
        /** Validation rose for the second time, with a lower rate too. */
        OVERFITTING,
        /** {@link StopSignal}. */
        INTERRUPTED
    }
}
