package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.memory.MemoryPlan;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.WeightsForm;
import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.Examples;
import dev.kaiaku.trainer.packing.MicroBatches;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
        Examples examples = read(base, jsonl, seqLen, progress);
        Set<LoraTarget> targets = adapter == null ? Set.of(LoraTarget.Q) : LoraTarget.of(adapter);
        int rank = adapter == null ? 1 : adapter.rank();
        int threads = options.compute().resolvedThreads();
        WeightsForm weights = options.compute().weights().resolve(BaseLoader.parameters(base));
        ComputeForm compute = options.compute().compute().resolve();
        double scaling = adapter == null ? 1 : adapter.scaling();
        MemoryPlan.Trainer shape =
                (tokens, keptLayers) -> NativeTrainerOptions.builder(rank, LoraTarget.bits(targets), tokens)
                        .threads(threads)
                        .compute(compute.nativeCompute())
                        .scaling((float) scaling)
                        .build();
        MemoryPlan memory = MemoryPlan.choose(
                BaseLoader.nativeConfig(base.config(), weights),
                shape,
                new MemoryPlan.Demand(examples.longest(), 0, options.compute().microTokens()),
                options.compute().memoryLimit());
        List<NativeBatch> batches = MicroBatches.pack(examples.list(), memory.microTokens());
        try (NativeModel model = BaseLoader.load(base, weights, progress);
                NativeTrainer trainer = NativeTrainer.create(model, shape.options(memory.microTokens(), 0))) {
            NativeLoss ofBase =
                    loss(trainer, batches, false, progress, new StopSignal()).orElseThrow();
            double adapterNll = Double.NaN;
            if (adapter != null) {
                AdapterState.upload(adapter, trainer);
                adapterNll = loss(trainer, batches, true, progress, new StopSignal())
                        .orElseThrow()
                        .mean();
            }
            return new Evaluation(examples.list().size(), ofBase.targets(), ofBase.mean(), adapterNll);
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
