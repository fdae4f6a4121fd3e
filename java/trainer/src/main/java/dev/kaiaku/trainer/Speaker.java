package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.options.ComputeOptions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A base and, where there is one, an adapter in native memory, to generate with. For one thread at a time. */
public final class Speaker implements AutoCloseable {
    private final BaseModel base;
    private final NativeModel model;
    private final @Nullable NativeTrainer adapter;
    private final ComputeOptions compute;

    private Speaker(BaseModel base, NativeModel model, @Nullable NativeTrainer adapter, ComputeOptions compute) {
        this.base = base;
        this.model = model;
        this.adapter = adapter;
        this.compute = compute;
    }

    /** Loads; the base stays the caller's. */
    public static Speaker open(
            BaseModel base, @Nullable LoraAdapter adapter, ComputeOptions compute, Progress progress) {
        NativeModel model = BaseLoader.load(base, compute.weights().resolve(BaseLoader.parameters(base)), progress);
        boolean opened = false;
        try {
            Speaker loaded =
                    new Speaker(base, model, adapter == null ? null : trainer(model, adapter, compute), compute);
            opened = true;
            return loaded;
        } finally {
            if (!opened) {
                model.close();
            }
        }
    }

    private static NativeTrainer trainer(NativeModel model, LoraAdapter adapter, ComputeOptions compute) {
        Set<LoraTarget> targets = LoraTarget.of(adapter);
        NativeTrainer trainer = NativeTrainer.create(
                model,
                NativeTrainerOptions.builder(adapter.rank(), LoraTarget.bits(targets), 1)
                        .threads(compute.resolvedThreads())
                        .compute(compute.compute().nativeCompute())
                        .scaling((float) adapter.scaling())
                        .build());
        AdapterState.upload(adapter, trainer);
        return trainer;
    }

    public BaseModel base() {
        return base;
    }

    /** A decoder with {@code slots} conversations of {@code slotTokens} positions; close it before this. */
    public NativeDecoder decoder(int slots, int slotTokens) {
        return NativeDecoder.create(
                model,
                adapter,
                new NativeDecoder.Options(
                        slots,
                        slotTokens,
                        compute.resolvedThreads(),
                        compute.compute().nativeCompute()));
    }

    @Override
    public void close() {
        if (adapter != null) {
            adapter.close();
        }
        model.close();
    }
}
