package dev.kaiaku.cli;

import dev.kaiaku.eval.tune.TuneListener;
import dev.kaiaku.trainer.StepReport;
import java.util.Locale;

/** Shows how a search goes. */
final class TuneDisplay implements TuneListener {
    private final ProgressLine progress;

    TuneDisplay(ProgressLine progress) {
        this.progress = progress;
    }

    @Override
    public void report(String task, long done, long total) {
        progress.report(task, done, total);
    }

    @Override
    public void next(String line) {
        progress.println(line);
    }

    @Override
    public void trained(StepReport step) {
        String detail = String.format(
                Locale.ROOT,
                "loss %.3f  %s tokens/s  %s left to its end",
                step.loss(),
                ProgressLine.rate(step.tokensPerSecond()),
                ProgressLine.clockTime(step.secondsLeft()));
        progress.report("training", step.step(), step.steps(), detail);
    }
}
