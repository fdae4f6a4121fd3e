package dev.kaiaku.eval.tune;

import dev.kaiaku.dataset.Progress;
import dev.kaiaku.trainer.StepReport;

/** Told how a search goes, from the thread that searches. */
public interface TuneListener extends Progress {
    /** Something is done next; a line for people. */
    void next(String line);

    /** An arm has done an update. */
    void trained(StepReport report);
}
