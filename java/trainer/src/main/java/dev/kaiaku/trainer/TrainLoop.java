package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainer.State;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.trainer.TrainResult.StopReason;
import dev.kaiaku.trainer.checkpoint.Checkpoint;
import dev.kaiaku.trainer.checkpoint.TrainState;
import dev.kaiaku.trainer.judgement.Judgement;
import dev.kaiaku.trainer.memory.FreeMemory;
import dev.kaiaku.trainer.packing.MicroBatches;
import dev.kaiaku.trainer.packing.Update;
import dev.kaiaku.trainer.samples.SampleReplies;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Updates, evaluations and checkpoints of one run, in order. */
final class TrainLoop {
    /** Most training that a killed process loses. */
    private static final long SAVE_NANOS = 30_000_000_000L;

    private final Work work;
    private final RunFile file;
    private final RunFolder run;
    private final TrainListener listener;
    private final StopSignal stop;
    private final Schedule schedule;
    private final double peakLr;

    private int steps;
    private int evaluatedStep = -1;
    private Judgement judgement = Judgement.start();
    private NativeLoss lossSinceEvaluation = new NativeLoss(0, 0);
    private double latestNll = Double.NaN;
    private long tokensDone;
    private double trainingSeconds;
    private long tokensLeft;
    private @Nullable StopReason ended;
    private String saw = "";
    private long savedAt = System.nanoTime();

    /**
     * What a run works with.
     *
     * @param initial the adapter before the first update
     * @param updates of the whole run
     * @param validation what evaluations are made on; may be empty
     */
    record Work(
            NativeModel model,
            NativeTrainer trainer,
            LoraAdapter initial,
            List<Update> updates,
            List<NativeBatch> validation,
            SampleReplies samples) {}

    TrainLoop(Work work, RunFile file, double peakLr, RunFolder run, TrainListener listener, StopSignal stop) {
        this.work = work;
        this.file = file;
        this.peakLr = peakLr;
        this.run = run;
        this.listener = listener;
        this.stop = stop;
        this.schedule =
                Schedule.of(file.options().optimizer(), peakLr, work.updates().size());
        this.tokensLeft = work.updates().stream().mapToLong(Update::tokens).sum();
    }

    /** Goes on from a checkpoint of the same run. */
    void restore(Checkpoint checkpoint) {
        TrainState state = checkpoint.state();
        AdapterState.upload(checkpoint.adapter(), checkpoint.moments(), state.optimizerStep(), work.trainer());
        steps = state.step();
        evaluatedStep = state.evaluatedStep();
        judgement = state.judgement();
        lossSinceEvaluation = new NativeLoss(state.lossSum(), state.lossTargets());
        tokensDone = state.tokensDone();
        trainingSeconds = state.trainingSeconds();
        ended = state.stopReason();
        saw = state.saw();
        for (Update update : work.updates().subList(0, steps)) {
            tokensLeft -= update.tokens();
        }
    }

    /** Runs to the end, to an early stop, or to the signal; saves there. */
    StopReason run() {
        while (ended == null) {
            if (evaluationIsDue()) {
                evaluate();
            } else if (stop.requested()) {
                save();
                return StopReason.INTERRUPTED;
            } else if (steps == work.updates().size()) {
                ended = StopReason.COMPLETED;
                save();
            } else {
                step(work.updates().get(steps));
                if (System.nanoTime() - savedAt > SAVE_NANOS) {
                    save();
                }
            }
        }
        return ended;
    }

    int steps() {
        return steps;
    }

    double peakLr() {
        return peakLr;
    }

    Judgement judgement() {
        return judgement;
    }

    /** What ended the run early or lowered its rate; empty for nothing. */
    String saw() {
        return saw;
    }

    double tokensPerSecond() {
        return trainingSeconds > 0 ? tokensDone / trainingSeconds : 0;
    }

    private boolean evaluationIsDue() {
        boolean place =
                steps % file.plan().evalEvery() == 0 || steps == work.updates().size();
        return place && evaluatedStep != steps && !work.validation().isEmpty() && !stop.requested();
    }

    private void step(Update update) {
        long start = System.nanoTime();
        double lr = schedule.lr(steps) * judgement.rateFactor();
        NativeLoss loss = new NativeLoss(0, 0);
        float gradNorm;
        try {
            for (NativeBatch batch : MicroBatches.of(update, file.plan().microTokens())) {
                loss = loss.plus(work.trainer().accumulate(batch));
            }
            gradNorm = work.trainer().update((float) lr);
        } catch (NativeException e) {
            if (e.status() != NativeException.Status.NOT_FINITE) {
                throw e;
            }
            notFinite(e);
            return;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        steps++;
        lossSinceEvaluation = lossSinceEvaluation.plus(loss);
        tokensDone += update.tokens();
        tokensLeft -= update.tokens();
        trainingSeconds += seconds;
        report(new StepReport(
                steps,
                work.updates().size(),
                update.epoch(),
                loss.mean(),
                latestNll,
                lr,
                gradNorm,
                update.tokens(),
                loss.targets(),
                seconds,
                tokensPerSecond(),
                tokensLeft / tokensPerSecond(),
                FreeMemory.residentBytes()));
    }

    /** The same update again from the best adapter with a lower rate; a second time, there is no hope. */
    private void notFinite(NativeException e) {
        String what = "step " + (steps + 1) + ": " + e.getMessage();
        if (judgement.lowered()) {
            throw new TrainingFailedException(what, e);
        }
        judgement = judgement.withLowerRate();
        RateSearch.clearGradients(work.trainer());
        goBack(what);
        save();
    }

    private void report(StepReport report) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", report.step());
        line.put("epoch", report.epoch());
        line.put("loss", report.loss());
        line.put("lr", report.lr());
        line.put("grad_norm", report.gradNorm());
        line.put("tokens", report.tokens());
        line.put("targets", report.targets());
        line.put("seconds", report.seconds());
        line.put("tokens_per_second", report.tokens() / report.seconds());
        line.put("memory_bytes", report.memoryBytes());
        run.metric(line);
        listener.stepped(report);
    }

    /** Before the first step the adapter changes nothing, so that the base is evaluated. */
    private void evaluate() {
        Optional<NativeLoss> loss = Evaluation.loss(work.trainer(), work.validation(), steps > 0, listener, stop);
        if (loss.isEmpty()) {
            return;
        }
        double nll = loss.get().mean();
        evaluatedStep = steps;
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", steps);
        line.put("validation_nll", nll);
        run.metric(line);
        if (steps == 0) {
            judgement = judgement.ofBase(nll);
            listener.evaluated(0, nll, false);
            sample();
        } else {
            latestNll = nll;
            judge(nll);
        }
        lossSinceEvaluation = new NativeLoss(0, 0);
        save();
        run.report();
    }

    private void judge(double nll) {
        int patience = file.options().evaluation().patience();
        Judgement.Verdict verdict = judgement.evaluated(steps, nll, lossSinceEvaluation.mean(), patience);
        listener.evaluated(steps, nll, verdict.best());
        sample();
        judgement = verdict.next();
        if (verdict.best()) {
            run.writeBest(checkpoint());
        }
        switch (verdict.action()) {
            case GO_ON -> {}
            case LOWER_RATE -> goBack(verdict.saw());
            case STOP_WAITING -> end(StopReason.EARLY_STOP, verdict.saw());
            case STOP_OVERFITTING -> end(StopReason.OVERFITTING, verdict.saw());
        }
    }

    private void sample() {
        List<SampleReplies.Sample> samples = work.samples().reply(work.model(), work.trainer());
        if (!samples.isEmpty()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("step", steps);
            line.put("samples", samples);
            run.metric(line);
            listener.sampled(steps, samples);
        }
    }

    private void goBack(String what) {
        Optional<Checkpoint> best = judgement.helped() ? run.best() : Optional.empty();
        if (best.isPresent()) {
            Checkpoint from = best.get();
            AdapterState.upload(from.adapter(), from.moments(), from.state().optimizerStep(), work.trainer());
        } else {
            AdapterState.upload(work.initial(), AdapterState.noMoments(work.initial()), 0, work.trainer());
        }
        String where = best.isPresent() ? "the adapter of update " + judgement.bestStep() : "the start";
        alarm(what, "went back to " + where + " and goes on with a third of the rate");
    }

    private void end(StopReason reason, String what) {
        ended = reason;
        alarm(what, "stopped; kept is the adapter of update " + judgement.bestStep());
    }

    private void alarm(String what, String done) {
        saw = what + "; " + done;
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", steps);
        line.put("saw", what);
        line.put("did", done);
        run.metric(line);
        listener.noticed("update " + steps + ": " + saw);
    }

    private void save() {
        run.writeLast(checkpoint());
        savedAt = System.nanoTime();
    }

    private Checkpoint checkpoint() {
        TrainState state = new TrainState(
                steps,
                work.trainer().step(),
                evaluatedStep,
                peakLr,
                judgement,
                lossSinceEvaluation.sum(),
                lossSinceEvaluation.targets(),
                tokensDone,
                trainingSeconds,
                run.forceMetrics(),
                ended,
                saw,
                file.plan(),
                file.library(),
                file.configHash());
        return new Checkpoint(
                AdapterState.download(work.trainer(), work.initial(), State.WEIGHT),
                AdapterState.moments(work.trainer(), work.initial()),
                state);
    }
}
