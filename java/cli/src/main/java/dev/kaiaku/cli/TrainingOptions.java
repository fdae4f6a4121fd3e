package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.TrainOptionsBuilder;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.OptimizerOptions;
import dev.kaiaku.trainer.options.ScheduleShape;
import dev.kaiaku.trainer.options.WeightsForm;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of training; those left out keep the trainer's defaults. */
final class TrainingOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private AdapterOptions adapter;

    @Option(
            names = "--lr",
            paramLabel = "LR|auto",
            converter = AutoRate.class,
            description = "Peak learning rate; auto tries rates for a minute or two first (default: 2e-4, more for"
                    + " bases narrower than 4096: 2e-4 x 4096 / width, 1e-3 at the most).")
    private @Nullable Double lr;

    @Option(
            names = "--schedule",
            paramLabel = "SHAPE",
            description = "The rate after warm-up: cosine or linear, to a tenth, or constant (default: cosine).")
    private @Nullable ScheduleShape schedule;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Updates up to the peak, or below 1 their share (default: 5 %% of them, at least 5).")
    private @Nullable Double warmup;

    @Option(
            names = "--lora-plus",
            paramLabel = "X",
            description = "LoRA+: B learns at this many times the rate (default: 1).")
    private @Nullable Double loraPlus;

    @Option(names = "--weight-decay", paramLabel = "W", description = "Of AdamW (default: 0).")
    private @Nullable Double weightDecay;

    @Option(
            names = "--grad-clip",
            paramLabel = "N",
            description = "Longer gradients are scaled to this norm; 0: none is (default: 1).")
    private @Nullable Double gradClip;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the examples (default: 3).")
    private @Nullable Integer epochs;

    @Option(names = "--max-steps", paramLabel = "N", description = "Updates; overrides --epochs.")
    private @Nullable Integer maxSteps;

    @Option(
            names = "--seq-len",
            paramLabel = "N|auto",
            converter = AutoInt.class,
            description = "Tokens of a row; longer examples lose their oldest lines (default: auto, 2048 at the most).")
    private @Nullable Integer seqLen;

    @Option(
            names = "--batch-tokens",
            paramLabel = "N|auto",
            converter = AutoInt.class,
            description = "Tokens of an update (default: auto, at most 16384 and at least 60 updates a run).")
    private @Nullable Integer batchTokens;

    @Option(
            names = "--eval-every",
            paramLabel = "N|auto",
            converter = AutoInt.class,
            description = "Updates between evaluations (default: auto, ten to forty evaluations a run).")
    private @Nullable Integer evalEvery;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "Stop after N evaluations without a new best; 0: never (default: 5).")
    private @Nullable Integer patience;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = DeviceConverter.class,
            description = "To compute on: " + DeviceConverter.DESCRIPTION)
    private @Nullable Device device;

    @Option(
            names = "--weights",
            paramLabel = "FORM",
            description = "Frozen weights as auto, nf4, bf16, f32 or file (default: auto, nf4 from 3B parameters up).")
    private @Nullable WeightsForm weights;

    @Option(
            names = "--compute",
            paramLabel = "FORM",
            description =
                    "Matrix products in auto, bf16 or f32 (default: auto, bf16 where this processor is fast at it).")
    private @Nullable ComputeForm compute;

    @Option(
            names = "--micro-tokens",
            paramLabel = "N|auto",
            converter = AutoInt.class,
            description = "Tokens computed at once (default: auto, as memory allows).")
    private @Nullable Integer microTokens;

    @Option(
            names = "--memory-limit",
            paramLabel = "SIZE|auto",
            converter = ByteSize.class,
            description = "Most memory to use, such as 6GiB (default: auto, what is free).")
    private @Nullable Long memoryLimit;

    @Option(names = "--threads", paramLabel = "N", description = "Processors to use (default: all).")
    private @Nullable Integer threads;

    /** As {@link #resolve(TrainOptions, Long)}, starting from the defaults. */
    TrainOptions resolve(@Nullable Long seed) {
        return resolve(TrainOptions.defaults(), seed);
    }

    /**
     * The trainer's options.
     *
     * @param start what options that are left out come to
     * @throws ParameterException for a value out of range
     * @throws BadInputException for a device that is not there
     */
    TrainOptions resolve(TrainOptions start, @Nullable Long seed) {
        TrainOptionsBuilder builder = start.toBuilder();
        adapter.set(builder);
        ifGiven(lr, builder::lr);
        ifGiven(schedule, builder::schedule);
        ifGiven(warmup, builder::warmup);
        ifGiven(loraPlus, builder::loraPlus);
        ifGiven(weightDecay, builder::weightDecay);
        ifGiven(gradClip, builder::gradClip);
        ifGiven(epochs, builder::epochs);
        ifGiven(maxSteps, builder::maxSteps);
        ifGiven(seqLen, builder::seqLen);
        ifGiven(batchTokens, builder::batchTokens);
        ifGiven(evalEvery, builder::evalEvery);
        ifGiven(patience, builder::patience);
        ifGiven(device, builder::device);
        ifGiven(weights, builder::weights);
        ifGiven(compute, builder::compute);
        ifGiven(microTokens, builder::microTokens);
        ifGiven(memoryLimit, builder::memoryLimit);
        ifGiven(threads, builder::threads);
        ifGiven(seed, builder::seed);
        if (device != null) {
            device.resolve();
        }
        try {
            return builder.build();
        } catch (BadInputException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
    }

    /** The same at the rate that suits a base, where none was asked for. */
    TrainOptions suited(TrainOptions options, BaseModel base) {
        return lr != null
                ? options
                : options.toBuilder()
                        .lr(OptimizerOptions.usualLr(base.config().hiddenSize()))
                        .build();
    }

    static <T> void ifGiven(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }
}
