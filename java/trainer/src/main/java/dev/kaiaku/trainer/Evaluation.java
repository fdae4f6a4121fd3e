package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.Examples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How well a base and an adapter predict the replies of a file, in -log p per target token, end of turn included.
 *
 * @param samples conversations with something to predict
 * @param targets their target tokens
 * @param adapterNll NaN where no adapter was given
 */
public record Evaluation(int samples, long targets, double baseNll, double adapterNll) {

    /**
     * Evaluates {@code jsonl} as training with {@code options} evaluates validation.
     *
     * @throws BadInputException for a file without anything to predict
     */
    public static Evaluation of(
            BaseModel base, @Nullable LoraAdapter adapter, Path jsonl, TrainOptions options, Progress progress) {
        int seqLen = options.data().seqLen(base.config().contextLength());
        return of(base, adapter, read(base, jsonl, seqLen, progress).list(), options, progress);
    }

    /**
     * Evaluates some of the {@link #samples} of a file.
     *
     * @param samples at least one
     */
    public static Evaluation ofSamples(
            BaseModel base,
            @Nullable LoraAdapter adapter,
            List<EncodedConversation> samples,
            TrainOptions options,
            Progress progress) {
        return of(base, adapter, samples.stream().map(Example::of).toList(), options, progress);
    }

    private static Evaluation of(
            BaseModel base,
            @Nullable LoraAdapter adapter,
            List<Example> examples,
            TrainOptions options,
            Progress progress) {
        try (LoadedModel loaded = LoadedModel.of(base, adapter, examples, options, progress)) {
            NativeLoss ofBase = loaded.loss(false, progress);
            double adapterNll =
                    adapter == null ? Double.NaN : loaded.loss(true, progress).mean();
            return new Evaluation(examples.size(), ofBase.targets(), ofBase.mean(), adapterNll);
        }
    }

    /**
     * The conversations of {@code jsonl} that {@link #of} counts, cut to {@code seqLen} as training cuts them.
     *
     * @throws BadInputException for a file without anything to predict
     */
    public static List<EncodedConversation> samples(BaseModel base, Path jsonl, int seqLen, Progress progress) {
        return read(base, jsonl, seqLen, progress).list().stream()
                .map(Example::encoded)
                .toList();
    }

    /** Samples that lie evenly among all and have about {@code mostTokens} tokens together; one at least. */
    public static List<EncodedConversation> thinned(List<EncodedConversation> all, long mostTokens) {
        long tokens = all.stream().mapToLong(sample -> sample.tokens().length).sum();
        int count = (int) Math.max(1, Math.min(all.size(), all.size() * mostTokens / Math.max(1, tokens)));
        List<EncodedConversation> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            some.add(all.get((int) ((long) i * all.size() / count)));
        }
        return some;
    }

    /** Loss over all batches; empty where it was asked to stop. */
    static Optional<NativeLoss> loss(
            NativeTrainer trainer, List<NativeBatch> batches, boolean useAdapter, Progress progress, StopSignal stop) {
        double sum = 0;
        long targets = 0;
        for (int i = 0; i < batches.size(); i++) {
            if (stop.requested()) {
                return Optional.empty();
            }
            NativeBatch batch = batches.get(i);
            for (float nll : trainer.evaluate(batch, useAdapter)) {
                sum += nll;
            }
            for (byte mark : batch.learn()) {
                targets += mark;
            }
            progress.report("evaluating", i + 1, batches.size());
        }
        return Optional.of(new NativeLoss(sum, targets));
    }

    private static Examples read(BaseModel base, Path jsonl, int seqLen, Progress progress) {
        Examples examples = Examples.read(jsonl, base, seqLen, progress);
        if (examples.list().isEmpty()) {
            throw new BadInputException(jsonl + ": no conversation has an assistant turn to learn");
        }
        return examples;
    }
}
