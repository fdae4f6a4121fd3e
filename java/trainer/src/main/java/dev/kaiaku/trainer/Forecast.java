package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.base.BaseSketch;
import dev.kaiaku.trainer.forecast.DataSize;
import dev.kaiaku.trainer.forecast.Operations;
import dev.kaiaku.trainer.forecast.SpeedProbe;
import dev.kaiaku.trainer.memory.Budget;
import dev.kaiaku.trainer.memory.MemoryPlan;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import dev.kaiaku.trainer.samples.SampleReplies;
import org.jspecify.annotations.Nullable;

/**
 * What training a base will take. The memory is what the trainer itself will plan with; the speed of a processor is
 * measured, that of a GPU assumed.
 *
 * @param device that the forecast is for
 * @param layers of the base
 * @param memory what is computed at once, and the bytes of each use
 * @param longestContext tokens of the longest example that fits, every layer run again; at most the base's context
 * @param batchTokens of an update
 * @param tokensPerSecond of training
 * @param measured whether the speed was measured on this machine
 * @param trainingTokens of all passes over the data, evaluations counted as the training that takes as long; 0: no data
 */
public record Forecast(
        Device device,
        WeightsForm weights,
        ComputeForm compute,
        Budget budget,
        int layers,
        int seqLen,
        MemoryPlan memory,
        int longestContext,
        int batchTokens,
        double tokensPerSecond,
        boolean measured,
        double trainingTokens) {
    /** Share of a GPU's bf16 rate that training is assumed to reach. Never measured. */
    private static final double GPU_SHARE = 0.6;
    /** Tokens that are learned where there is no data to count: a third, as in group chats. */
    private static final double USUAL_TARGET_SHARE = 0.33;

    private static final int USUAL_LENGTH = 256;

    /**
     * A GPU to forecast for.
     *
     * @param memory bytes, of a card that need not be here; 0: the device that the options ask for
     * @param flops operations a second of dense bf16 products with sums in f32
     */
    public record Card(long memory, double flops) {}

    /** Seconds that training takes; 0 where there is no data. */
    public double seconds() {
        return trainingTokens / tokensPerSecond;
    }

    /**
     * Forecasts.
     *
     * @param data null where there is none
     * @throws BadInputException for options that this base cannot be trained with, or where nothing fits
     */
    public static Forecast of(
            BaseSketch base, TrainOptions options, Card card, @Nullable DataSize data, Progress progress) {
        ModelConfig config = base.config();
        LoraTarget.requireRank(
                options.lora().rank(), LoraTarget.parse(options.lora().targets()), config);
        boolean elsewhere = card.memory() > 0;
        Device device = elsewhere ? Device.cuda(0) : options.compute().device().resolve();
        WeightsForm weights = options.compute().weights().resolve(config.parameters());
        ComputeForm compute = options.compute().compute().resolve(device);
        int threads = options.compute().resolvedThreads();
        int seqLen = options.data().seqLen(config.contextLength());
        int batchTokens = options.data().batchTokens(data == null ? Integer.MAX_VALUE : data.tokens());
        NativeModelConfig sizes = BaseLoader.nativeConfig(config, weights, device);
        MemoryPlan.Trainer shape = Preparation.trainerOptions(options, threads, compute);
        Budget budget = elsewhere
                ? Budget.card(card.memory())
                : Budget.of(device, options.compute().memoryLimit());
        MemoryPlan.Demand demand = new MemoryPlan.Demand(
                data == null ? seqLen : data.longest(),
                batchTokens,
                options.compute().microTokens(),
                weights == WeightsForm.FILE ? base.matrixBytes() : 0,
                SampleReplies.decoderBytes(sizes, shape.options(1, 0)));
        MemoryPlan memory = MemoryPlan.choose(sizes, shape, demand, budget);
        double targetShare = data == null ? USUAL_TARGET_SHARE : (double) data.targets() / data.tokens();
        double meanLength = data == null ? Math.min(seqLen, USUAL_LENGTH) : data.meanLength();
        double flops = device.gpu()
                ? GPU_SHARE * card.flops()
                : SpeedProbe.measure(sizes, compute, memory.microTokens(), meanLength, threads, progress);
        Operations operations = new Operations(sizes, options.lora().rank(), meanLength, targetShare);
        return new Forecast(
                device,
                weights,
                compute,
                budget,
                sizes.layers(),
                seqLen,
                memory,
                MemoryPlan.longest(sizes, shape, demand, budget, config.contextLength()),
                batchTokens,
                flops / operations.done(memory.keptLayers()),
                !device.gpu(),
                data == null ? 0 : trainingTokens(data, options));
    }

    private static double trainingTokens(DataSize data, TrainOptions options) {
        int steps = options.data().maxSteps();
        double trained = steps > 0
                ? (double) steps * options.data().batchTokens(data.tokens())
                : (double) data.tokens() * options.data().epochs();
        long evaluations =
                Preparation.evaluations(Math.round(trained), options.data().epochs(), data.validationTokens());
        // Backward costs twice what forward does, and evaluation is forward only.
        return trained + (evaluations + 1) * data.validationTokens() / 3.0;
    }
}
