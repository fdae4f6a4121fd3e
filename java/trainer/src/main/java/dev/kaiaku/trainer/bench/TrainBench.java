package dev.kaiaku.trainer.bench;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.BaseLoader;
import dev.kaiaku.trainer.memory.FreeMemory;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.WeightsForm;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Steps of training on random tokens: rank 16 on all linears, every layer kept, each row a sequence.
 *
 * @param model what was trained
 * @param targets tokens of a step that are learned
 * @param seconds of a step, the median
 * @param tokensPerSecond of that step
 * @param gflops operations that no way of computing can avoid, in billions a second: forward and the gradient of the
 *     input of every frozen linear, LoRA three times, attention 3.5 times, the head twice for targets
 * @param nativeBytes that the native library holds
 * @param peakMemoryBytes most that the process has held, Java and loading included
 */
public record TrainBench(
        String model,
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
    private static final int RANK = 16;
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
        ComputeForm compute = options.compute().resolve();
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        try (NativeModel model =
                base == null ? RandomModel.create(weights) : BaseLoader.load(base, weights, progress)) {
            NativeModelConfig config = model.config();
            NativeTrainerOptions trainerOptions = NativeTrainerOptions.builder(
                            RANK, ALL_LINEAR, options.rows() * options.seqLen())
                    .keptLayers(config.layers())
                    .threads(threads)
                    .compute(compute.nativeCompute())
                    .scaling(2)
                    .build();
            try (NativeTrainer trainer = NativeTrainer.create(model, trainerOptions)) {
                NativeBatch batch = batch(options, config.vocabSize());
                double seconds = median(trainer, batch, options.steps(), progress);
                long targets = targets(batch);
                int tokens = batch.tokens().length;
                return new TrainBench(
                        base == null ? RandomModel.NAME : base.name(),
                        weights,
                        compute,
                        threads,
                        options.rows(),
                        options.seqLen(),
                        targets,
                        seconds,
                        tokens / seconds,
                        operations(config, tokens, options.seqLen(), targets) / seconds / 1e9,
                        trainer.memory().total(),
                        FreeMemory.peakBytes());
            }
        }
    }

    private static NativeBatch batch(Options options, int vocabSize) {
        int tokens = options.rows() * options.seqLen();
        int[] ids = new Random(1).ints(tokens, 0, vocabSize).toArray();
        byte[] learn = new byte[tokens];
        int[] cuSeqlens = new int[options.rows() + 1];
        int notLearned = (int) Math.round(options.seqLen() * (1 - options.targetShare()));
        for (int row = 0; row < options.rows(); row++) {
            int start = row * options.seqLen();
            cuSeqlens[row + 1] = start + options.seqLen();
            Arrays.fill(learn, start + Math.max(1, notLearned), start + options.seqLen(), (byte) 1);
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

    private static double operations(NativeModelConfig config, int tokens, int seqLen, long targets) {
        double hidden = config.hiddenSize();
        double heads = (double) config.heads() * config.headDim();
        double kv = (double) config.kvHeads() * config.headDim();
        double intermediate = config.intermediateSize();
        double linear = 2 * hidden * heads + 2 * hidden * kv + 3 * hidden * intermediate;
        double lora = RANK * (2 * (hidden + heads) + 2 * (hidden + kv) + 3 * (hidden + intermediate));
        double attention = 2 * heads * seqLen;
        double head = 4 * config.vocabSize() * hidden * targets;
        return tokens * config.layers() * (4 * linear + 6 * lora + 3.5 * attention) + head;
    }
}
