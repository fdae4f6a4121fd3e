package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.options.ComputeOptions;
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
        NativeModel model = BaseLoader.load(
                base,
                compute.weights().resolve(BaseLoader.parameters(base)),
                compute.device().resolve(),
                progress);
        try {
            NativeTrainer trainer = adapter == null
                    ? null
                    : AdapterState.trainer(model, adapter, AdapterState.options(adapter, compute, 1));
            return new Speaker(base, model, trainer, compute);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
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
                        compute.resolvedCompute().nativeCompute()));
    }

    @Override
    public void close() {
        if (adapter != null) {
            adapter.close();
        }
        model.close();
    }
}
