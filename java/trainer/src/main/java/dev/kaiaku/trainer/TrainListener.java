package dev.kaiaku.trainer;

import dev.kaiaku.dataset.Progress;
import dev.kaiaku.trainer.judgement.RateTest;
import dev.kaiaku.trainer.samples.SampleReplies.Sample;
import java.util.List;

/** Told how a run goes, from the thread that trains. Every method may be left as it is. */
public interface TrainListener extends Progress {
    /** Ignores everything. */
    TrainListener SILENT = new TrainListener() {};

    /** Reading examples, loading weights, evaluating. */
    @Override
    default void report(String task, long done, long total) {}

    /** Everything is read and decided; weights are loaded next. */
    default void planned(TrainPlan plan) {}

    /** The run goes on after so many updates, from its checkpoint. */
    default void resumed(int step) {}

    /** Something that people should know, in one line. */
    default void noticed(String line) {}

    /** The learning rate was looked for. */
    default void rateFound(RateTest test) {}

    default void stepped(StepReport report) {}

    /**
     * Validation was evaluated.
     *
     * @param step updates done; 0: the base
     * @param nll -log p per target token
     * @param best the lowest of an adapter so far
     */
    default void evaluated(int step, double nll, boolean best) {}

    /** What the persona says after so many updates; holds text of the chat. */
    default void sampled(int step, List<Sample> samples) {}
}
