package dev.kaiaku.trainer;

import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.options.DataOptions;
import dev.kaiaku.trainer.options.EvaluationOptions;
import dev.kaiaku.trainer.options.LoraOptions;
import dev.kaiaku.trainer.options.OptimizerOptions;

/**
 * What a training run is asked for. 0 means auto where that is said; {@link TrainPlan} holds what it came to.
 *
 * @param seed of the order of examples, the first adapter and dropout
 */
public record TrainOptions(
        LoraOptions lora,
        OptimizerOptions optimizer,
        DataOptions data,
        EvaluationOptions evaluation,
        ComputeOptions compute,
        long seed) {

    /** Rank 16, alpha 32, all linears, lr 2e-4 on a cosine, three epochs, patience 5, the rest auto. */
    public static TrainOptions defaults() {
        return builder().build();
    }

    /** Starts from {@link #defaults}. */
    public static TrainOptionsBuilder builder() {
        return new TrainOptionsBuilder();
    }

    /** Starts from these. */
    public TrainOptionsBuilder toBuilder() {
        return new TrainOptionsBuilder(this);
    }
}
