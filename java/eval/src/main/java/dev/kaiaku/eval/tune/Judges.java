package dev.kaiaku.eval.tune;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.eval.Ruler;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.samples.Sampler;
import java.util.Locale;

/** What the arms of a search are measured by; whatever was measured is noted. Not thread-safe. */
final class Judges {
    /** Replies below which a comparison is noise. */
    static final int FEWEST = 20;

    private final TuneTask task;
    private final BaseModel base;
    private final Ledger ledger;
    private final Progress progress;
    private final HeldOut.Shared shared;
    private final Audition audition;

    /** On the datasets of a task. */
    Judges(TuneTask task, BaseModel base, Ledger ledger, Progress progress) {
        this.task = task;
        this.base = base;
        this.ledger = ledger;
        this.progress = progress;
        EvalData session = EvalData.read(task.data(ContextRule.SESSION));
        shared = HeldOut.shared(EvalData.read(task.data(ContextRule.BLOCK)), session);
        if (replies() < FEWEST) {
            throw new BadInputException(replies() + " replies are held out, and " + FEWEST
                    + " are needed to compare by; raise --validation, or leave out --tune");
        }
        audition = new Audition(
                new Ruler(session), shared.session(), task.training().seed());
    }

    /** Replies that arms are compared on. */
    int replies() {
        return Math.min(StrengthScan.PREDICTED, shared.session().replies().size());
    }

    /** An arm as far as it is trained; the caller closes it. */
    Speaker speaker(Arm arm) {
        return Speaker.open(
                base,
                PeftAdapter.read(task.run(arm).resolve("adapter")),
                task.training().compute(),
                progress);
    }

    /** -log p per byte of the compared replies. */
    double nll(Speaker model, Arm arm, double strength) {
        model.strength(strength);
        return prompts(arm).thinned(StrengthScan.PREDICTED).nllPerByte(model, task.seqLen(base), progress);
    }

    /** As {@link #nll}, of an arm that is trained to its end. */
    double notedNll(Speaker model, Arm arm, double strength) {
        return ledger.once("NLL of " + arm.id() + " at " + strength, Double.class, () -> nll(model, arm, strength));
    }

    /** How an arm that is trained to its end speaks. */
    Quality notedQuality(Speaker model, Arm arm, double strength, Sampler.Settings sampling, int replies) {
        String what = String.format(
                Locale.ROOT,
                "%d replies of %s at %s, temperature %s, min-p %s",
                replies,
                arm.id(),
                strength,
                sampling.temperature(),
                sampling.minP());
        return ledger.once(what, Quality.class, () -> {
            model.strength(strength);
            return audition.hear(model, prompts(arm), sampling, replies, progress);
        });
    }

    private HeldOut prompts(Arm arm) {
        return arm.context() == ContextRule.BLOCK ? shared.block() : shared.session();
    }
}
