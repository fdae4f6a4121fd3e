package dev.kaiaku.trainer.bench;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.BaseLoader;
import dev.kaiaku.trainer.forecast.Operations;
import dev.kaiaku.trainer.memory.FreeMemory;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Steps of training on random tokens: rank 16 on all linears, every layer kept, each row a sequence.
 *
 * @param model what was trained
 * @param device that computed
 * @param targets tokens of a step that are learned
 * @param seconds of a step, the median
 * @param tokensPerSecond of that step
 * @param gflops {@link Operations#useful}, in billions a second
 * @param nativeBytes that the native library holds
 * @param peakMemoryBytes most that the process has held, Java and loading included
 */
public record TrainBench(
        String model,
        Device device,
        WeightsForm weights,
        ComputeForm compute,
        int threads,
        int rows,
        int seqLen,
        long targets,
        double seconds,
        double tokensPerSecond,
        double gflops,
        long nativeBytes,
        long peakMemoryBytes) {
    /** Rank of every bench. */
    public static final int RANK = 16;

    private static final int ALL_LINEAR = 127;

    /**
     * What is measured.
     *
     * @param rows of a step, computed at once
     * @param targetShare share of the tokens that are learned, at the end of each row
     * @param steps measured, after one that is not
     * @param threads 0: all processors
     */
    public record Options(
            Device device,
            WeightsForm weights,
            ComputeForm compute,
            int rows,
            int seqLen,
            double targetShare,
            int steps,
            int threads) {
        /** Throws IllegalArgumentException for sizes below 1. */
        public Options {
            if (rows < 1 || seqLen < 2 || steps < 1 || !(targetShare > 0 && targetShare <= 1)) {
                throw new IllegalArgumentException(rows + " rows of " + seqLen + ", " + steps + " steps");
            }
        }
    }

    /** Measures a base, or random weights in the sizes of SmolLM2-135M where none is given. */
    public static TrainBench run(@Nullable BaseModel base, Options options, Progress progress) {
        long parameters = base == null ? 0 : BaseLoader.parameters(base);
        WeightsForm weights = options.weights().resolve(parameters);
        Device device = options.device().resolve();
        ComputeForm compute = options.compute().resolve(device);
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        try (NativeModel model = base == null
                ? RandomModel.create(RandomModel.config(weights, device))
                : BaseLoader.load(base, weights, device, progress)) {
            NativeModelConfig config = model.config();
            int tokens = options.rows() * options.seqLen();
            try (NativeTrainer trainer =
                    NativeTrainer.create(model, trainerOptions(config, compute, tokens, threads))) {
                NativeBatch batch = batch(options.rows(), options.seqLen(), options.targetShare(), config.vocabSize());
                double seconds = median(trainer, batch, options.steps(), progress);
                long targets = targets(batch);
                Operations operations = new Operations(config, RANK, options.seqLen(), (double) targets / tokens);
                return new TrainBench(
                        base == null ? RandomModel.NAME : base.name(),
                        device,
                        weights,
                        compute,
                        threads,
                        options.rows(),
                        options.seqLen(),
                        targets,
                        seconds,
                        tokens / seconds,
                        tokens * operations.useful() / seconds / 1e9,
                        trainer.memory().total(),
                        FreeMemory.peakBytes());
            }
        }
    }

    /**
     * Operations a second of steps in which every token is learned, on random weights.
     *
     * @param sizes of a model with tied embeddings, without biases, norms of heads or post-norms
     */
    public static double rate(
            NativeModelConfig sizes,
            ComputeForm compute,
            int rows,
            int seqLen,
            int steps,
            int threads,
            Progress progress) {
        int tokens = rows * seqLen;
        try (NativeModel model = RandomModel.create(sizes);
                NativeTrainer trainer = NativeTrainer.create(model, trainerOptions(sizes, compute, tokens, threads))) {
            double seconds = median(trainer, batch(rows, seqLen, 1, sizes.vocabSize()), steps, progress);
            return tokens * new Operations(sizes, RANK, seqLen, 1).useful() / seconds;
        }
    }

    private static NativeTrainerOptions trainerOptions(
            NativeModelConfig sizes, ComputeForm compute, int tokens, int threads) {
        return NativeTrainerOptions.builder(RANK, ALL_LINEAR, tokens)
                .keptLayers(sizes.layers())
                .threads(threads)
                .compute(compute.nativeCompute())
                .scaling(2)
                .build();
    }

    private static NativeBatch batch(int rows, int seqLen, double targetShare, int vocabSize) {
        int tokens = rows * seqLen;
        int[] ids = new Random(1).ints(tokens, 0, vocabSize).toArray();
        byte[] learn = new byte[tokens];
        int[] cuSeqlens = new int[rows + 1];
        int notLearned = (int) Math.round(seqLen * (1 - targetShare));
        for (int row = 0; row < rows; row++) {
            int start = row * seqLen;
            cuSeqlens[row + 1] = start + seqLen;
            Arrays.fill(learn, start + Math.max(1, notLearned), start + seqLen, (byte) 1);
        }
        return new NativeBatch(ids, learn, cuSeqlens);
    }

    private static long targets(NativeBatch batch) {
        long targets = 0;
        for (byte mark : batch.learn()) {
            targets += mark;
        }
        return targets;
    }

    private static double median(NativeTrainer trainer, NativeBatch batch, int steps, Progress progress) {
        double[] seconds = new double[steps];
        for (int i = -1; i < steps; i++) {
            long start = System.nanoTime();
            trainer.accumulate(batch);
            trainer.update(1e-4f);
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
            progress.report("measuring", i + 2, steps + 1);
        }
        Arrays.sort(seconds);
        return (seconds[(steps - 1) / 2] + seconds[steps / 2]) / 2;
    }
}
