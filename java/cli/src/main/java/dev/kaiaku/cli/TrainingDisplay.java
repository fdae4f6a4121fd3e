package dev.kaiaku.cli;

import dev.kaiaku.trainer.StepReport;
import dev.kaiaku.trainer.TrainListener;
import dev.kaiaku.trainer.TrainPlan;
import java.util.Locale;

/** Shows how training goes. */
final class TrainingDisplay implements TrainListener {
    private final ProgressLine progress;

    TrainingDisplay(ProgressLine progress) {
        this.progress = progress;
    }

    @Override
    public void report(String task, long done, long total) {
        progress.report(task, done, total);
    }

    @Override
    public void planned(TrainPlan plan) {
        progress.println(String.format(
                Locale.ROOT,
                "%d updates of at most %d tokens over %d examples (%d for validation), about %s of memory.",
                plan.steps(),
                plan.batchTokens(),
                plan.trainSamples(),
                plan.validationSamples(),
                bytes(plan.memoryBytes())));
        if (plan.cutSamples() > 0) {
            progress.println(plan.cutSamples() + " examples are longer than --seq-len and lose their beginning.");
        }
    }

    @Override
    public void stepped(StepReport step) {
        String detail = String.format(
                Locale.ROOT,
                "loss %.3f  %s tokens/s  %s left",
                step.loss(),
                ProgressLine.rate(step.tokensPerSecond()),
                ProgressLine.clockTime(step.secondsLeft()));
        progress.report("training", step.step(), step.steps(), detail);
    }

    @Override
    public void evaluated(int step, double nll, boolean best) {
        String what = step == 0 ? "base" : "step " + step;
        progress.println(String.format(Locale.ROOT, "%s: validation NLL %.4f%s", what, nll, best ? ", the best" : ""));
    }

    static String bytes(long bytes) {
        return bytes >= 1 << 30
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30))
                : String.format(Locale.ROOT, "%.0f MiB", bytes / (double) (1 << 20));
    }
}
