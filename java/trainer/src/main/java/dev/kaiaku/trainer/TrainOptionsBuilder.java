package dev.kaiaku.trainer;

import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.ComputeOptions;
import dev.kaiaku.trainer.options.DataOptions;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.EvaluationOptions;
import dev.kaiaku.trainer.options.LoraOptions;
import dev.kaiaku.trainer.options.OptimizerOptions;
import dev.kaiaku.trainer.options.ScheduleShape;
import dev.kaiaku.trainer.options.WeightsForm;

/** Sets some options and leaves the others as they are; names are those of the records that hold them. */
public final class TrainOptionsBuilder {
    private int rank = 16;
    private double alpha = 32;
    private boolean rslora;
    private double dropout;
    private String targets = LoraTarget.ALL;
    private double lr = 2e-4;
    private ScheduleShape schedule = ScheduleShape.COSINE;
    private double warmup = OptimizerOptions.AUTO_WARMUP;
    private double loraPlus = 1;
    private double weightDecay;
    private double gradClip = 1;
    private int epochs = 3;
    private int maxSteps;
    private int seqLen;
    private int batchTokens;
    private int evalEvery;
    private int patience = 5;
    private Device device = Device.AUTO;
    private WeightsForm weights = WeightsForm.AUTO;
    private ComputeForm compute = ComputeForm.AUTO;
    private int microTokens;
    private long memoryLimit;
    private int threads;
    private long seed;

    TrainOptionsBuilder() {}

    TrainOptionsBuilder(TrainOptions start) {
        rank = start.lora().rank();
        alpha = start.lora().alpha();
        rslora = start.lora().rslora();
        dropout = start.lora().dropout();
        targets = start.lora().targets();
        lr = start.optimizer().lr();
        schedule = start.optimizer().schedule();
        warmup = start.optimizer().warmup();
        loraPlus = start.optimizer().loraPlus();
        weightDecay = start.optimizer().weightDecay();
        gradClip = start.optimizer().gradClip();
        epochs = start.data().epochs();
        maxSteps = start.data().maxSteps();
        seqLen = start.data().seqLen();
        batchTokens = start.data().batchTokens();
        evalEvery = start.evaluation().evalEvery();
        patience = start.evaluation().patience();
        device = start.compute().device();
        weights = start.compute().weights();
        compute = start.compute().compute();
        microTokens = start.compute().microTokens();
        memoryLimit = start.compute().memoryLimit();
        threads = start.compute().threads();
        seed = start.seed();
    }

    public TrainOptionsBuilder rank(int value) {
        rank = value;
        return this;
    }

    public TrainOptionsBuilder alpha(double value) {
        alpha = value;
        return this;
    }

    public TrainOptionsBuilder rslora(boolean value) {
        rslora = value;
        return this;
    }

    public TrainOptionsBuilder dropout(double value) {
        dropout = value;
        return this;
    }

    public TrainOptionsBuilder targets(String value) {
        targets = value;
        return this;
    }

    public TrainOptionsBuilder lr(double value) {
        lr = value;
        return this;
    }

    public TrainOptionsBuilder schedule(ScheduleShape value) {
        schedule = value;
        return this;
    }

    public TrainOptionsBuilder warmup(double value) {
        warmup = value;
        return this;
    }

    public TrainOptionsBuilder loraPlus(double value) {
        loraPlus = value;
        return this;
    }

    public TrainOptionsBuilder weightDecay(double value) {
        weightDecay = value;
        return this;
    }

    public TrainOptionsBuilder gradClip(double value) {
        gradClip = value;
        return this;
    }

    public TrainOptionsBuilder epochs(int value) {
        epochs = value;
        return this;
    }

    public TrainOptionsBuilder maxSteps(int value) {
        maxSteps = value;
        return this;
    }

    public TrainOptionsBuilder seqLen(int value) {
        seqLen = value;
        return this;
    }

    public TrainOptionsBuilder batchTokens(int value) {
        batchTokens = value;
        return this;
    }

    public TrainOptionsBuilder evalEvery(int value) {
        evalEvery = value;
        return this;
    }

    public TrainOptionsBuilder patience(int value) {
        patience = value;
        return this;
    }

    public TrainOptionsBuilder device(Device value) {
        device = value;
        return this;
    }

    public TrainOptionsBuilder weights(WeightsForm value) {
        weights = value;
        return this;
    }

    public TrainOptionsBuilder compute(ComputeForm value) {
        compute = value;
        return this;
    }

    public TrainOptionsBuilder microTokens(int value) {
        microTokens = value;
        return this;
    }

    public TrainOptionsBuilder memoryLimit(long value) {
        memoryLimit = value;
        return this;
    }

    public TrainOptionsBuilder threads(int value) {
        threads = value;
        return this;
    }

    public TrainOptionsBuilder seed(long value) {
        seed = value;
        return this;
    }

    /** Throws {@link dev.kaiaku.dataset.BadInputException} for a value out of range, naming its option. */
    public TrainOptions build() {
        return new TrainOptions(
                new LoraOptions(rank, alpha, rslora, dropout, targets),
                new OptimizerOptions(lr, schedule, warmup, loraPlus, weightDecay, gradClip),
                new DataOptions(epochs, maxSteps, seqLen, batchTokens),
                new EvaluationOptions(evalEvery, patience),
                new ComputeOptions(device, weights, compute, microTokens, memoryLimit, threads),
                seed);
    }
}
