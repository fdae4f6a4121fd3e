package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.memory.Budget;
import dev.kaiaku.trainer.memory.MemoryPlan;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.MicroBatches;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A base and an adapter in native memory, and the examples to run through them; for evaluation, not for training. */
final class LoadedModel implements AutoCloseable {
    private final NativeModel model;
    private final NativeTrainer trainer;
    private final List<NativeBatch> batches;

    private LoadedModel(NativeModel model, NativeTrainer trainer, List<NativeBatch> batches) {
        this.model = model;
        this.trainer = trainer;
        this.batches = batches;
    }

    /** @param adapter null for the base alone */
    static LoadedModel of(
            BaseModel base,
            @Nullable LoraAdapter adapter,
            List<Example> examples,
            TrainOptions options,
            Progress progress) {
        int longest = examples.stream().mapToInt(Example::length).max().orElse(0);
        WeightsForm weights = options.compute().weights().resolve(BaseLoader.parameters(base));
        Device device = options.compute().device().resolve();
        MemoryPlan.Trainer shape = (tokens, keptLayers) -> AdapterState.options(adapter, options.compute(), tokens);
        MemoryPlan memory = MemoryPlan.choose(
                BaseLoader.nativeConfig(base.config(), weights, device),
                shape,
                new MemoryPlan.Demand(
                        longest, 0, options.compute().microTokens(), BaseLoader.fileBytes(base, weights), 0),
                Budget.of(device, options.compute().memoryLimit()));
        NativeModel model = BaseLoader.load(base, weights, device, memory.layout(), progress);
        try {
            NativeTrainer trainer =
                    AdapterState.trainer(model, adapter, memory.layout().apply(shape));
            return new LoadedModel(model, trainer, MicroBatches.pack(examples, memory.microTokens()));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    NativeLoss loss(boolean useAdapter, Progress progress) {
        return Evaluation.loss(trainer, batches, useAdapter, progress, new StopSignal())
                .orElseThrow();
    }

    NativeTrainer trainer() {
        return trainer;
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
