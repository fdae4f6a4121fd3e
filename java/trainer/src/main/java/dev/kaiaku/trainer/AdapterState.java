package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainer.State;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.trainer.checkpoint.Moments;
import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.options.LoraOptions;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The adapter and its moments on their way between Java and a native trainer. */
final class AdapterState {
    private AdapterState() {}

    /** A fresh adapter: A uniform in ±1/sqrt(in), B zero, so that it changes nothing yet. */
    static LoraAdapter initial(ModelConfig config, LoraOptions options, long seed) {
        SortedMap<String, LoraMatrix> matrices = new TreeMap<>();
        Random random = new Random(seed);
        int rank = options.rank();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (LoraTarget target : LoraTarget.parse(options.targets())) {
                int in = target.in(config);
                int out = target.out(config);
                float[] a = new float[Math.multiplyExact(rank, in)];
                float bound = (float) (1 / Math.sqrt(in));
                for (int i = 0; i < a.length; i++) {
                    a[i] = (2 * random.nextFloat() - 1) * bound;
                }
                float[] b = new float[Math.multiplyExact(out, rank)];
                matrices.put(target.linear(layer), new LoraMatrix(rank, in, out, a, b));
            }
        }
        return new LoraAdapter(rank, options.alpha(), options.rslora(), matrices);
    }

    /** Moments before the first update, in the form of {@code like}. */
    static Moments noMoments(LoraAdapter like) {
        SortedMap<String, LoraMatrix> zeros = new TreeMap<>();
        like.matrices()
                .forEach((linear, matrix) -> zeros.put(
                        linear,
                        new LoraMatrix(
                                matrix.rank(),
                                matrix.in(),
                                matrix.out(),
                                new float[matrix.a().length],
                                new float[matrix.b().length])));
        LoraAdapter zero = new LoraAdapter(like.rank(), like.alpha(), like.rankStabilised(), zeros);
        return new Moments(zero, zero);
    }

    /**
     * Options of a trainer that runs an adapter without training it.
     *
     * @param adapter null for the base alone
     * @param tokens of one call
     */
    static NativeTrainerOptions options(@Nullable LoraAdapter adapter, ComputeOptions compute, int tokens) {
        Set<LoraTarget> targets = adapter == null ? Set.of(LoraTarget.Q) : LoraTarget.of(adapter);
        return NativeTrainerOptions.builder(adapter == null ? 1 : adapter.rank(), LoraTarget.bits(targets), tokens)
                .threads(compute.resolvedThreads())
                .compute(compute.resolvedCompute().nativeCompute())
                .scaling(adapter == null ? 1 : (float) adapter.scaling())
                .build();
    }

    /** A trainer of such options with the adapter in it; the caller closes it before the model. */
    static NativeTrainer trainer(NativeModel model, @Nullable LoraAdapter adapter, NativeTrainerOptions options) {
        NativeTrainer trainer = NativeTrainer.create(model, options);
        try {
            if (adapter != null) {
                upload(adapter, trainer);
            }
            return trainer;
        } catch (RuntimeException e) {
            trainer.close();
            throw e;
        }
    }

    /** Copies an adapter into a trainer that was made for its rank and targets. */
    static void upload(LoraAdapter adapter, NativeTrainer trainer) {
        upload(adapter, trainer, State.WEIGHT);
    }

    /** Copies an adapter with its moments and AdamW's count of updates. */
    static void upload(LoraAdapter adapter, Moments moments, long step, NativeTrainer trainer) {
        upload(adapter, trainer, State.WEIGHT);
        upload(moments.m(), trainer, State.ADAM_M);
        upload(moments.v(), trainer, State.ADAM_V);
        trainer.setStep(step);
    }

    private static void upload(LoraAdapter adapter, NativeTrainer trainer, State state) {
        adapter.matrices().forEach((linear, matrix) -> {
            trainer.setTensor(state, linear + ".lora_A.weight", matrix.a());
            trainer.setTensor(state, linear + ".lora_B.weight", matrix.b());
        });
    }

    /** The moments that the trainer holds now, in the form of {@code like}. */
    static Moments moments(NativeTrainer trainer, LoraAdapter like) {
        return new Moments(download(trainer, like, State.ADAM_M), download(trainer, like, State.ADAM_V));
    }

    /** What the trainer holds now, in the form of {@code like}. */
    static LoraAdapter download(NativeTrainer trainer, LoraAdapter like, State state) {
        SortedMap<String, LoraMatrix> matrices = new TreeMap<>();
        like.matrices().forEach((linear, matrix) -> {
            float[] a = new float[matrix.a().length];
            float[] b = new float[matrix.b().length];
            trainer.getTensor(state, linear + ".lora_A.weight", a);
            trainer.getTensor(state, linear + ".lora_B.weight", b);
            matrices.put(linear, new LoraMatrix(matrix.rank(), matrix.in(), matrix.out(), a, b));
        });
        return new LoraAdapter(like.rank(), like.alpha(), like.rankStabilised(), matrices);
    }
}
