package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainer.State;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.trainer.TrainResult.StopReason;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Updates and evaluations of one run, in order; keeps the best adapter. */
final class TrainLoop {
    private final NativeTrainer trainer;
    private final LoraAdapter initial;
    private final List<Update> updates;
    private final List<NativeBatch> validation;
    private final TrainOptions options;
    private final TrainPlan plan;
    private final RunFolder run;
    private final TrainListener listener;
    private final StopSignal stop;
    private final Schedule schedule;

    private int steps;
    private long tokensDone;
    private double trainingSeconds;
    private long tokensLeft;
    private double baseNll = Double.NaN;
    private double bestNll = Double.NaN;
    private int bestStep;
    private int evaluationsSinceBest;
    private @Nullable LoraAdapter best;

    TrainLoop(
            NativeTrainer trainer,
            LoraAdapter initial,
            List<Update> updates,
            List<NativeBatch> validation,
            TrainOptions options,
            TrainPlan plan,
            RunFolder run,
            TrainListener listener,
            StopSignal stop) {
        this.trainer = trainer;
        this.initial = initial;
        this.updates = updates;
        this.validation = validation;
        this.options = options;
        this.plan = plan;
        this.run = run;
        this.listener = listener;
        this.stop = stop;
        this.schedule = new Schedule(options.lr(), updates.size());
        this.tokensLeft = updates.stream().mapToLong(Update::tokens).sum();
    }

    /** Runs to the end, to the early stop, or to the signal. */
    StopReason run() {
        evaluate();
        while (steps < updates.size() && !stop.requested()) {
            step(updates.get(steps));
            boolean last = steps == updates.size();
            if ((last || steps % plan.evalEvery() == 0) && !stop.requested()) {
                evaluate();
                if (!last && options.patience() > 0 && evaluationsSinceBest >= options.patience()) {
                    return StopReason.EARLY_STOP;
                }
            }
        }
        return stop.requested() ? StopReason.INTERRUPTED : StopReason.COMPLETED;
    }

    /** The best adapter that was evaluated, or the latest where none was. */
    LoraAdapter kept() {
        if (best != null) {
            return best;
        }
        bestStep = steps;
        return AdapterState.download(trainer, initial, State.WEIGHT);
    }

    @Nullable LoraAdapter best() {
        return best;
    }

    int steps() {
        return steps;
    }

    double baseNll() {
        return baseNll;
    }

    double bestNll() {
        return bestNll;
    }

    int bestStep() {
        return bestStep;
    }

    double tokensPerSecond() {
        return trainingSeconds > 0 ? tokensDone / trainingSeconds : 0;
    }

    private void step(Update update) {
        long start = System.nanoTime();
        double lr = schedule.lr(steps);
        NativeLoss loss = new NativeLoss(0, 0);
        float gradNorm;
        try {
            for (NativeBatch batch : MicroBatches.pack(update.examples(), plan.microTokens())) {
                loss = loss.plus(trainer.accumulate(batch));
            }
            gradNorm = trainer.update((float) lr);
        } catch (NativeException e) {
            if (e.status() != NativeException.Status.NOT_FINITE) {
                throw e;
            }
            throw new TrainingFailedException("step " + (steps + 1) + ": " + e.getMessage(), e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        steps++;
        tokensDone += update.tokens();
        tokensLeft -= update.tokens();
        trainingSeconds += seconds;
        report(new StepReport(
                steps,
                updates.size(),
                update.epoch(),
                loss.mean(),
                lr,
                gradNorm,
                update.tokens(),
                loss.targets(),
                seconds,
                tokensPerSecond(),
                tokensLeft / tokensPerSecond()));
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
        run.metric(line);
        listener.stepped(report);
    }

    /** Before the first step the adapter changes nothing, so that the base is evaluated. */
    private void evaluate() {
        if (validation.isEmpty()) {
            return;
        }
        Optional<NativeLoss> loss = Evaluation.loss(trainer, validation, steps > 0, listener, stop);
        if (loss.isEmpty()) {
            return;
        }
        double nll = loss.get().mean();
        boolean isBest = steps > 0 && !(bestNll <= nll);
        if (steps == 0) {
            baseNll = nll;
        } else if (isBest) {
            bestNll = nll;
            bestStep = steps;
            best = AdapterState.download(trainer, initial, State.WEIGHT);
            run.writeBest(best);
            evaluationsSinceBest = 0;
        } else {
            evaluationsSinceBest++;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", steps);
        line.put("validation_nll", nll);
        run.metric(line);
        listener.evaluated(steps, nll, isBest);
    }
}
