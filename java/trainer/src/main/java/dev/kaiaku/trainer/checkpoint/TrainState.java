package dev.kaiaku.trainer.checkpoint;

import dev.kaiaku.trainer.TrainPlan;
import dev.kaiaku.trainer.TrainResult.StopReason;
import dev.kaiaku.trainer.judgement.Judgement;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands, weights and moments aside. Together with these, the data and the base it decides every number
 * that the rest of the run will compute: the order of examples follows from the seed, so that {@code step} is the
 * position in the data.
 *
 * @param step updates done
 * @param optimizerStep updates that AdamW counts; fewer after a return to an earlier adapter
 * @param evaluatedStep {@code step} of the last evaluation; -1: none yet
 * @param peakLr the rate that the schedule is for; the range test's where the rate was left to it
 * @param lossSum training loss since the last evaluation, summed over targets
 * @param lossTargets how many those were
 * @param tokensDone tokens of all updates
 * @param trainingSeconds that they took
 * @param metricsBytes length of {@code metrics.jsonl}
 * @param stopReason why the run ended; null while it goes on
 * @param saw what ended it, or what lowered its rate; empty for nothing
 * @param plan what the options came to
 * @param library build of the native library, its instruction set included
 * @param configHash of what the run was made of, see {@code run.json}
 */
public record TrainState(
        int step,
        long optimizerStep,
        int evaluatedStep,
        double peakLr,
        Judgement judgement,
        double lossSum,
        long lossTargets,
        long tokensDone,
        double trainingSeconds,
        long metricsBytes,
        @Nullable StopReason stopReason,
        String saw,
        TrainPlan plan,
        String library,
        String configHash) {}
