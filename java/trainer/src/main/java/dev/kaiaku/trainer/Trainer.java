package dev.kaiaku.trainer;

import dev.kaiaku.bindings.Kaiaku;
import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.checkpoint.Checkpoint;
import dev.kaiaku.trainer.memory.FreeMemory;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.packing.MicroBatches;
import dev.kaiaku.trainer.samples.Prompt;
import dev.kaiaku.trainer.samples.SampleReplies;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Trains a LoRA adapter. */
public final class Trainer {
    private static final String HELP = "; a --memory-limit below that, --weights nf4 or a smaller --seq-len helps";
    private final BaseModel base;
    private final Path out;
    private final TrainListener listener;
    private final StopSignal stop;

    private Trainer(BaseModel base, Path out, TrainListener listener, StopSignal stop) {
        this.base = base;
        this.out = out;
        this.listener = listener;
        this.stop = stop;
    }

    /**
     * Trains on {@code data/train.jsonl}, evaluates on {@code data/validation.jsonl} and keeps the best adapter.
     *
     * @param out folder of the run: {@code adapter/}, {@code checkpoints/last} and {@code best},
     *     {@code metrics.jsonl}, {@code run.json}, {@code report.html}
     * @throws RunExistsException where {@code out} holds something already
     * @throws BadInputException for data or options that cannot be trained with
     * @throws TrainingFailedException for a loss that is not finite with a lower rate too; the best adapter so far is
     *     written
     */
    public static TrainResult train(
            BaseModel base, Path data, Path out, TrainOptions options, TrainListener listener, StopSignal stop) {
        RunFolder.requireFree(out, false);
        return new Trainer(base, out, listener, stop).start(data, options);
    }

    /**
     * Goes on with a run where it was left, to the same end as if it had not been interrupted. A run that has come to
     * no checkpoint starts afresh; one that is done gives its result.
     *
     * @throws RunExistsException where {@code out} holds something that is no run
     * @throws BadInputException where base or data are not those of the run
     * @throws ResumeRefusedException where the options are not those of the run
     */
    public static TrainResult resume(
            BaseModel base, Path data, Path out, TrainOptions options, TrainListener listener, StopSignal stop) {
        RunFolder.requireFree(out, true);
        Trainer trainer = new Trainer(base, out, listener, stop);
        Optional<RunFile> started = Resume.started(out);
        if (started.isEmpty()) {
            return trainer.start(data, options);
        }
        RunFile file = started.get();
        Resume.require(out, file, Preparation.baseHash(base), Preparation.hashes(data), options);
        if (file.done()) {
            return file.result(out);
        }
        Device device = options.compute().device().resolve();
        return trainer.goOn(Preparation.read(base, data, options, listener), file.on(device));
    }

    private TrainResult start(Path data, TrainOptions options) {
        Preparation work = Preparation.read(base, data, options, listener);
        RunFile file = work.runFile(Preparation.baseHash(base), Preparation.hashes(data));
        listener.planned(file.plan());
        requireFree(file.plan());
        try (RunFolder run = RunFolder.open(out, base.name(), options.lora().dropout(), 0)) {
            run.clear();
            file.write(out);
            return train(work, file, run, null);
        }
    }

    private TrainResult goOn(Preparation work, RunFile file) {
        Checkpoint last = RunFolder.last(out).orElseThrow();
        Resume.requireSameRun(out, file, last);
        if (!last.state().library().equals(Kaiaku.buildInfo())) {
            listener.noticed("The run was started with another build or processor ("
                    + last.state().library() + "); losses may differ in their last digits.");
        }
        listener.planned(file.plan());
        requireFree(file.plan());
        double dropout = file.options().lora().dropout();
        try (RunFolder run =
                RunFolder.open(out, base.name(), dropout, last.state().metricsBytes())) {
            listener.resumed(last.state().step());
            return train(work, file, run, last);
        }
    }

    private TrainResult train(Preparation preparation, RunFile file, RunFolder run, @Nullable Checkpoint from) {
        TrainPlan plan = file.plan();
        TrainOptions options = file.options();
        LoraAdapter initial = AdapterState.initial(base.config(), options.lora(), options.seed());
        try (NativeModel model = BaseLoader.load(base, plan.weights(), plan.device(), plan.layout(), listener);
                NativeTrainer trainer = NativeTrainer.create(model, preparation.trainerOptions(plan))) {
            AdapterState.upload(initial, trainer);
            TrainLoop.Work work = new TrainLoop.Work(
                    model,
                    trainer,
                    initial,
                    preparation.updates(plan.rowTokens(), plan.batchTokens()),
                    MicroBatches.pack(preparation.validation().list(), plan.microTokens()),
                    samples(preparation, plan));
            double lr = from == null ? options.optimizer().lr() : from.state().peakLr();
            if (options.optimizer().autoLr() && from == null) {
                lr = RateSearch.find(work, preparation.train().list(), file, run, listener);
            }
            TrainLoop loop = new TrainLoop(work, file, lr, run, listener, stop);
            if (from != null) {
                loop.restore(from);
            }
            return new RunEnd(preparation, work, file, run, listener, stop).of(loop);
        } catch (NativeException e) {
            throw e.status() == NativeException.Status.OUT_OF_MEMORY ? outOfMemory(e, plan) : e;
        }
    }

    private SampleReplies samples(Preparation preparation, TrainPlan plan) {
        return new SampleReplies(
                base,
                Prompt.choose(preparation.held(), base),
                plan.threads(),
                plan.compute().nativeCompute(),
                preparation.options().seed());
    }

    /** A system may promise more memory than it has, and end the process that uses it. */
    private static void requireFree(TrainPlan plan) {
        if (!plan.device().gpu()) {
            requireFree(plan.memoryBytes() - FreeMemory.residentBytes(), FreeMemory.bytes());
        }
    }

    /** Throws {@link BadInputException} where a plan takes more than is free. */
    static void requireFree(long asked, long free) {
        if (asked > free) {
            String what = String.format(Locale.ROOT, "training takes %.2f GiB of memory more", gib(asked));
            throw new BadInputException(outOfMemory(what, free));
        }
    }

    private static BadInputException outOfMemory(NativeException e, TrainPlan plan) {
        String asked = String.valueOf(e.getMessage());
        // A GPU's message tells what is free there.
        return new BadInputException(plan.device().gpu() ? asked + HELP : outOfMemory(asked, FreeMemory.bytes()), e);
    }

    private static String outOfMemory(String asked, long free) {
        return String.format(Locale.ROOT, "%s; %.2f GiB are free", asked, gib(free)) + HELP;
    }

    private static double gib(long bytes) {
        return bytes / (double) (1L << 30);
    }
}
