package dev.kaiaku.trainer;

import dev.kaiaku.model.base.BaseModel;
import java.nio.file.Path;

/** Trains a LoRA adapter. */
@SuppressWarnings("DoNotCallSuggester")
public final class Trainer {
    private Trainer() {}

    /**
     * Trains on {@code data/train.jsonl}, evaluates on {@code data/validation.jsonl} and keeps the best adapter.
     *
     * @param out folder of the run: {@code adapter/}, {@code checkpoints/best/}, {@code metrics.jsonl}, {@code run.json}
     * @throws RunExistsException where {@code out} holds something already
     * @throws dev.kaiaku.dataset.BadInputException for data or options that cannot be trained with
     * @throws TrainingFailedException for a loss that is not finite; the best adapter so far is written
     */
    public static TrainResult train(
            BaseModel base, Path data, Path out, TrainOptions options, TrainListener listener, StopSignal stop) {
        throw new UnsupportedOperationException();
    }
}
