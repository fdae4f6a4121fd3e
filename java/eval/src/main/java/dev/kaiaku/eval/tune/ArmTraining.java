package dev.kaiaku.eval.tune;

import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.StepReport;
import dev.kaiaku.trainer.StopSignal;
import dev.kaiaku.trainer.TrainListener;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.TrainPlan;
import dev.kaiaku.trainer.TrainResult;
import dev.kaiaku.trainer.TrainResult.StopReason;
import dev.kaiaku.trainer.Trainer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The training of an arm up to a share of its updates, as a run that can be gone on with. */
final class ArmTraining implements TrainListener {
    private final TuneListener listener;
    private final StopSignal asked;
    private final StopSignal pause = new StopSignal();
    private final double share;
    private int last = Integer.MAX_VALUE;

    private ArmTraining(TuneListener listener, StopSignal asked, double share) {
        this.listener = listener;
        this.asked = asked;
        this.share = share;
    }

    /**
     * Trains, or goes on.
     *
     * @param share of the updates after which it pauses, behind the evaluation there or the next one
     * @param asked ends it at any place
     * @return null where it was asked to end
     */
    static @Nullable TrainResult upTo(
            double share,
            BaseModel base,
            Path data,
            Path run,
            TrainOptions options,
            TuneListener listener,
            StopSignal asked) {
        ArmTraining training = new ArmTraining(listener, asked, share);
        TrainResult result = Trainer.resume(base, data, run, options, training, training.pause);
        return asked.requested() && result.stopReason() == StopReason.INTERRUPTED ? null : result;
    }

    @Override
    public void planned(TrainPlan plan) {
        if (share < 1) {
            last = (int) Math.ceil(share * plan.steps() / plan.evalEvery()) * plan.evalEvery();
        }
    }

    @Override
    public void resumed(int step) {
        pauseAfter(step);
    }

    @Override
    public void stepped(StepReport report) {
        listener.trained(report);
        pauseAfter(report.step());
    }

    @Override
    public void report(String task, long done, long total) {
        listener.report(task, done, total);
        if (asked.requested()) {
            pause.request();
        }
    }

    /** One update more than asked for: the evaluation of the last one is behind it then, however it was interrupted. */
    private void pauseAfter(int step) {
        if (step > last || asked.requested()) {
            pause.request();
        }
    }
}
