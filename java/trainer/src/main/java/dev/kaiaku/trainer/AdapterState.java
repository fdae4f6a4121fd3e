package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainer.State;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.trainer.checkpoint.Moments;
import dev.kaiaku.trainer.options.LoraOptions;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

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
