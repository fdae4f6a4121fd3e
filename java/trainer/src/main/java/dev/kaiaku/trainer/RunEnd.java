package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeDevice;
import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainer.State;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.trainer.TrainResult.StopReason;
import dev.kaiaku.trainer.checkpoint.Checkpoint;
import dev.kaiaku.trainer.judgement.ContextCheck;
import dev.kaiaku.trainer.judgement.Judgement;
import dev.kaiaku.trainer.memory.FreeMemory;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.packing.Examples;
import dev.kaiaku.trainer.packing.MicroBatches;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What follows the last update: the adapter that is kept, and a last look at it. */
final class RunEnd {
    private final Preparation preparation;
    private final TrainLoop.Work work;
    private final RunFile file;
    private final RunFolder run;
    private final TrainListener listener;
    private final StopSignal stop;

    RunEnd(
            Preparation preparation,
            TrainLoop.Work work,
            RunFile file,
            RunFolder run,
            TrainListener listener,
            StopSignal stop) {
        this.preparation = preparation;
        this.work = work;
        this.file = file;
        this.run = run;
        this.listener = listener;
        this.stop = stop;
    }

    /** Runs the loop, writes the best adapter that was evaluated, or the latest where none was, and the result. */
    TrainResult of(TrainLoop loop) {
        StopReason reason = run(loop);
        Optional<Checkpoint> best = run.best();
        LoraAdapter kept = best.isPresent()
                ? best.get().adapter()
                : AdapterState.download(work.trainer(), work.initial(), State.WEIGHT);
        var written = run.writeAdapter(kept);
        Judgement judgement = loop.judgement();
        long peak = peakBytes(file.plan().device());
        long nativeBytes = work.trainer().memory().total();
        TrainResult result = new TrainResult(
                judgement.baseNll(),
                best.isPresent() ? best.get().state().judgement().bestNll() : Double.NaN,
                best.isPresent() ? best.get().state().step() : loop.steps(),
                loop.steps(),
                loop.peakLr(),
                loop.tokensPerSecond(),
                peak > 0 ? peak : file.plan().memoryBytes(),
                file.plan().memoryBytes(),
                file.plan().nativeBytes(),
                nativeBytes,
                file.plan().trainSamples(),
                file.plan().validationSamples(),
                file.plan().targetTokens(),
                written,
                reason,
                loop.saw(),
                reason == StopReason.INTERRUPTED ? null : contextCheck(kept));
        file.withResult(result).write(run.folder());
        run.report();
        return result;
    }

    /** Of the memory that the plan is about; of a GPU all that is taken, by whatever process. */
    private static long peakBytes(Device device) {
        if (!device.gpu()) {
            return FreeMemory.peakBytes();
        }
        NativeDevice gpu = NativeDevice.get(device.index());
        return gpu.totalBytes() - gpu.freeBytes();
    }

    private StopReason run(TrainLoop loop) {
        try {
            return loop.run();
        } catch (TrainingFailedException e) {
            Optional<Checkpoint> best = run.best();
            best.ifPresent(checkpoint -> run.writeAdapter(checkpoint.adapter()));
            String kept = best.map(checkpoint ->
                            "kept is the adapter of step " + checkpoint.state().step())
                    .orElse("no adapter was evaluated yet");
            throw new TrainingFailedException(e.getMessage() + " (" + kept + "); a lower --lr may help", e);
        }
    }

    private @Nullable ContextCheck contextCheck(LoraAdapter kept) {
        ContextCheck.Pairs pairs =
                ContextCheck.pairs(preparation.held(), file.options().seed());
        if (pairs.real().isEmpty()) {
            return null;
        }
        AdapterState.upload(kept, work.trainer());
        Optional<NativeLoss> real = loss(pairs.real());
        Optional<NativeLoss> shuffled = loss(pairs.shuffled());
        if (real.isEmpty() || shuffled.isEmpty()) {
            return null;
        }
        ContextCheck check = new ContextCheck(
                pairs.real().size(), real.get().mean(), shuffled.get().mean());
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("context_samples", check.samples());
        line.put("true_nll", check.trueNll());
        line.put("shuffled_nll", check.shuffledNll());
        run.metric(line);
        return check;
    }

    private Optional<NativeLoss> loss(List<Conversation> conversations) {
        NativeTrainer trainer = work.trainer();
        // The plan's micro-batch has room for the longest example of the data; pairs may be longer.
        int seqLen = Math.min(
                file.plan().microTokens(),
                preparation.options().data().seqLen(preparation.base().config().contextLength()));
        Examples examples = Examples.of(conversations, preparation.base(), seqLen, Progress.NONE);
        return Evaluation.loss(
                trainer, MicroBatches.pack(examples.list(), file.plan().microTokens()), true, listener, stop);
    }
}
