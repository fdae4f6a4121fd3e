package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeDecoder;
import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.MicroBatches;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A base and, where there is one, an adapter in native memory, to generate with. For one thread at a time. */
public final class Speaker implements AutoCloseable {
    /** Tokens of a call that predicts; more at once are not faster. */
    private static final int CALL_TOKENS = 1024;

    private final BaseModel base;
    private final NativeModel model;
    private final @Nullable LoraAdapter trained;
    private @Nullable LoraAdapter weights;
    private final @Nullable NativeTrainer adapter;
    private final ComputeOptions compute;

    private Speaker(
            BaseModel base,
            NativeModel model,
            @Nullable LoraAdapter weights,
            @Nullable NativeTrainer adapter,
            ComputeOptions compute) {
        this.base = base;
        this.model = model;
        this.trained = weights;
        this.weights = weights;
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
            return new Speaker(base, model, adapter, trainer, compute);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    public BaseModel base() {
        return base;
    }

    /** Lets the adapter, where there is one, count {@code factor} times from now on: 0 is the base, 1 as trained. */
    public void strength(double factor) {
        if (trained != null && adapter != null) {
            weights = trained.times(factor);
            AdapterState.upload(weights, adapter);
        }
    }

    /** A decoder with {@code slots} conversations of {@code slotTokens} positions; close it before this. */
    public NativeDecoder decoder(int slots, int slotTokens) {
        return decoder(slots, slotTokens, true);
    }

    /** As {@link #decoder(int, int)}; of the base alone where {@code useAdapter} is false. */
    public NativeDecoder decoder(int slots, int slotTokens, boolean useAdapter) {
        return NativeDecoder.create(
                model,
                useAdapter ? adapter : null,
                new NativeDecoder.Options(
                        slots,
                        slotTokens,
                        compute.resolvedThreads(),
                        compute.resolvedCompute().nativeCompute()));
    }

    /**
     * How well each sample is predicted, in their order; each sees only itself.
     *
     * @param useAdapter whether the adapter takes part, where there is one
     */
    public List<NativeLoss> losses(List<EncodedConversation> samples, boolean useAdapter, Progress progress) {
        List<Example> examples = samples.stream().map(Example::of).toList();
        int longest = examples.stream().mapToInt(Example::length).max().orElse(0);
        int tokens = Math.max(CALL_TOKENS, longest);
        NativeLoss[] losses = new NativeLoss[examples.size()];
        try (NativeTrainer trainer =
                AdapterState.trainer(model, weights, AdapterState.options(weights, compute, tokens))) {
            int done = 0;
            for (List<Integer> call : calls(examples, tokens)) {
                NativeBatch batch = MicroBatches.concatenate(
                        call.stream().map(examples::get).toList());
                float[] nll = trainer.evaluate(batch, useAdapter && weights != null);
                for (int i = 0; i < call.size(); i++) {
                    losses[call.get(i)] = loss(batch, i, nll);
                }
                done += call.size();
                progress.report("predicting", done, examples.size());
            }
        }
        return List.of(losses);
    }

    /** Indices in their order, as many a call as there is room for. */
    private static List<List<Integer>> calls(List<Example> examples, int tokens) {
        List<List<Integer>> calls = new ArrayList<>();
        int room = 0;
        for (int i = 0; i < examples.size(); i++) {
            int length = examples.get(i).length();
            if (calls.isEmpty() || length > room) {
                calls.add(new ArrayList<>());
                room = tokens;
            }
            calls.get(calls.size() - 1).add(i);
            room -= length;
        }
        return calls;
    }

    private static NativeLoss loss(NativeBatch batch, int sequence, float[] nll) {
        double sum = 0;
        long targets = 0;
        for (int t = batch.cuSeqlens()[sequence]; t < batch.cuSeqlens()[sequence + 1]; t++) {
            sum += nll[t];
            targets += batch.learn()[t];
        }
        return new NativeLoss(sum, targets);
    }

    @Override
    public void close() {
        if (adapter != null) {
            adapter.close();
        }
        model.close();
    }
}
