package dev.kaiaku.cli;

import dev.kaiaku.trainer.StepReport;
import dev.kaiaku.trainer.TrainListener;
import dev.kaiaku.trainer.TrainPlan;
import dev.kaiaku.trainer.judgement.RateTest;
import dev.kaiaku.trainer.samples.SampleReplies.Sample;
import java.util.List;
import java.util.Locale;

/** Shows how training goes. */
final class TrainingDisplay implements TrainListener {
    private final ProgressLine progress;
    private final boolean showSamples;

    TrainingDisplay(ProgressLine progress, boolean showSamples) {
        this.progress = progress;
        this.showSamples = showSamples;
    }

    @Override
    public void report(String task, long done, long total) {
        progress.report(task, done, total);
    }

    @Override
    public void planned(TrainPlan plan) {
        progress.println(String.format(
                Locale.ROOT,
                "%d updates of at most %d tokens over %d examples (%d for validation), in rows of %d that are %.1f %%"
                        + " full.",
                plan.steps(),
                plan.batchTokens(),
                plan.trainSamples(),
                plan.validationSamples(),
                plan.rowTokens(),
                100 * plan.rowFill()));
        progress.println(String.format(
                Locale.ROOT,
                "On %s, weights %s, products %s, %d tokens at once, %s; %d threads, at most %s of memory.",
                plan.device(),
                lower(plan.weights()),
                lower(plan.compute()),
                plan.microTokens(),
                kept(plan),
                plan.threads(),
                bytes(plan.memoryBytes())));
        if (plan.cutSamples() > 0) {
            progress.println(plan.cutSamples() + " examples are longer than --seq-len and lose their oldest lines.");
        }
        if (plan.droppedSamples() > 0) {
            progress.println(plan.droppedSamples() + " examples have no reply to learn and are left out.");
        }
    }

    private static String kept(TrainPlan plan) {
        return plan.keptLayers() == plan.layers()
                ? "nothing computed twice"
                : plan.layers() - plan.keptLayers() + " of " + plan.layers() + " layers computed twice";
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void resumed(int step) {
        progress.println("Going on after update " + step + ".");
    }

    @Override
    public void noticed(String line) {
        progress.println(line);
    }

    @Override
    public void rateFound(RateTest test) {
        progress.println(String.format(
                Locale.ROOT,
                "Learning rate %.1e, from %d rates tried.",
                test.lr(),
                test.curve().size()));
    }

    @Override
    public void stepped(StepReport step) {
        String validation = Double.isNaN(step.validationNll())
                ? ""
                : String.format(Locale.ROOT, "  val %.3f", step.validationNll());
        String detail = String.format(
                Locale.ROOT,
                "loss %.3f%s  %s tokens/s  %s left  %s",
                step.loss(),
                validation,
                ProgressLine.rate(step.tokensPerSecond()),
                ProgressLine.clockTime(step.secondsLeft()),
                bytes(step.memoryBytes()));
        progress.report("training", step.step(), step.steps(), detail);
    }

    @Override
    public void evaluated(int step, double nll, boolean best) {
        String what = step == 0 ? "base" : "step " + step;
        progress.println(String.format(Locale.ROOT, "%s: validation NLL %.4f%s", what, nll, best ? ", the best" : ""));
    }

    @Override
    public void sampled(int step, List<Sample> samples) {
        if (showSamples) {
            for (Sample sample : samples) {
                progress.println("  " + TerminalText.safe(sample.prompt()).replace("\n", "\n  "));
                progress.println("  > " + TerminalText.safe(sample.reply()).replace("\n", "\n  > "));
            }
        }
    }

    static String bytes(long bytes) {
        return bytes >= 1 << 30
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30))
                : String.format(Locale.ROOT, "%.0f MiB", bytes / (double) (1 << 20));
    }
}
