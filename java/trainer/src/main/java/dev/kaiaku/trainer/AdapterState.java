package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainer.State;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.architecture.ModelConfig;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The adapter on its way between Java and a native trainer. */
final class AdapterState {
    private AdapterState() {}

    /** A fresh adapter: A uniform in ±1/sqrt(in), B zero, so that it changes nothing yet. */
    static LoraAdapter initial(ModelConfig config, Set<LoraTarget> targets, int rank, double alpha, long seed) {
        SortedMap<String, LoraMatrix> matrices = new TreeMap<>();
        Random random = new Random(seed);
        for (int layer = 0; layer < config.layers(); layer++) {
            for (LoraTarget target : targets) {
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
        return new LoraAdapter(rank, alpha, false, matrices);
    }

    /** Copies an adapter into a trainer that was made for its rank and targets. */
    static void upload(LoraAdapter adapter, NativeTrainer trainer) {
        adapter.matrices().forEach((linear, matrix) -> {
            trainer.setTensor(State.WEIGHT, linear + ".lora_A.weight", matrix.a());
            trainer.setTensor(State.WEIGHT, linear + ".lora_B.weight", matrix.b());
        });
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
