package dev.kaiaku.trainer.forecast;

import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.trainer.bench.TrainBench;
import dev.kaiaku.trainer.options.ComputeForm;

/** How fast this processor trains a layer of a base's sizes: a few seconds with random weights. */
public final class SpeedProbe {
    /** Operations of a probe, so that it takes seconds on any base. */
    private static final double OPERATIONS = 1e12;

    private static final int LEAST_TOKENS = 256;
    private static final int VOCABULARY = 8192;
    private static final int STEPS = 2;

    private SpeedProbe() {}

    /**
     * Operations a second, every one that is done counted.
     *
     * @param model sizes, form and place of the base
     * @param tokens most that are computed at once
     * @param meanLength of an example
     */
    public static double measure(
            NativeModelConfig model,
            ComputeForm compute,
            int tokens,
            double meanLength,
            int threads,
            Progress progress) {
        NativeModelConfig layer = NativeModelConfig.builder()
                .device(model.device())
                .weights(model.weights())
                .tableWeights(model.tableWeights())
                .layers(1)
                .hiddenSize(model.hiddenSize())
                .intermediateSize(model.intermediateSize())
                .heads(model.heads())
                .kvHeads(model.kvHeads())
                .headDim(model.headDim())
                .vocabSize(Math.min(model.vocabSize(), VOCABULARY))
                .tiedEmbeddings(true)
                .rmsNormEps(model.rmsNormEps())
                .build();
        double perToken = new Operations(layer, TrainBench.RANK, meanLength, 1).useful();
        int most = (int) Math.min(tokens, Math.max(LEAST_TOKENS, OPERATIONS / perToken));
        int length = (int) Math.max(2, Math.min(most, Math.round(meanLength)));
        return TrainBench.rate(layer, compute, Math.max(1, most / length), length, STEPS, threads, progress);
    }
}
