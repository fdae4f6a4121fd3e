package dev.kaiaku.eval.tune;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.ResumeRefusedException;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.StopSignal;
import dev.kaiaku.trainer.TrainResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Searches for what suits a chat best, within a budget of time: rules of context and learning rates by successive
 * halving, then ranks, then the strength of the best adapter, then how to draw replies. Models are compared by NLL of
 * the same held-out replies first, and by tone times sense of what they say where that is a tie.
 *
 * <p>Everything is noted in {@code tune.jsonl} as it is found, and every arm is a run of its own in {@code arms/}: a
 * search that was killed goes on where it was.
 */
public final class Tuner {
    /** Hearings that the scans of strength and sampling come to. */
    private static final int HEARINGS = 11;
    /** Share of the budget that belongs to training; the rest is for what needs none. */
    private static final double TRAINING = 0.7;

    private final TuneTask task;
    private final BaseModel base;
    private final Ledger ledger;
    private final TuneListener listener;
    private final StopSignal stop;
    private final Judges judges;
    private final Map<String, Rung> rungs = new LinkedHashMap<>();

    /** The search was asked to stop; what was found is noted. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private Tuner(TuneTask task, BaseModel base, Ledger ledger, TuneListener listener, StopSignal stop) {
        this.task = task;
        this.base = base;
        this.ledger = ledger;
        this.listener = listener;
        this.stop = stop;
        judges = new Judges(task, base, ledger, this::progress);
    }

    /**
     * Searches, or goes on.
     *
     * @return null where it was asked to stop
     * @throws BadInputException where there is too little to compare by
     * @throws ResumeRefusedException where the folder holds a search for something else
     */
    public static @Nullable TuneReport tune(TuneTask task, BaseModel base, TuneListener listener, StopSignal stop) {
        for (ContextRule rule : ContextRule.values()) {
            DatasetBuilder.build(
                    task.exports(), task.persona(), task.data(rule), task.data().apply(rule), listener);
        }
        try (Ledger ledger = Ledger.open(task.folder())) {
            String now = task.fingerprint(base);
            if (!ledger.once("task", String.class, () -> now).equals(now)) {
                throw new ResumeRefusedException(task.folder() + " holds a search with another base, export or options;"
                        + " name another --out, or remove it");
            }
            return new Tuner(task, base, ledger, listener, stop).search();
        } catch (Stopped e) {
            return null;
        }
    }

    private TuneReport search() {
        List<Arm> candidates = task.candidates(base);
        trained(candidates.get(0), Halving.RUNGS[0]);
        double whole = ledger.once("seconds of a training", Double.class, () -> ledger.seconds() / Halving.RUNGS[0]);
        int affordable = ledger.once(
                "arms",
                Integer.class,
                () -> Halving.affordable(trainingLeft() / whole + Halving.RUNGS[0], candidates.size()));
        say(String.format(
                Locale.ROOT,
                "%d of %d ways to train, about %.0f min for all of them",
                affordable,
                candidates.size(),
                Halving.cost(affordable) * whole / 60));
        List<Rung> finalists = halve(candidates.subList(0, affordable));
        List<TuneReport.Finalist> heard = hear(finalists);
        Arm best = heard.stream()
                .max(Comparator.comparingDouble(finalist -> finalist.quality().score()))
                .map(TuneReport.Finalist::arm)
                .orElse(finalists.get(0).arm());
        best = challenge("rates", best, best.beyond(candidates), whole);
        best = challenge("ranks", best, task.otherRanks(best, base), whole);
        return scan(best, heard);
    }

    /** Arms at the last rung, the best first. */
    private List<Rung> halve(List<Arm> arms) {
        List<Arm> left = arms;
        List<Rung> rung = List.of();
        for (double share : Halving.RUNGS) {
            rung = left.stream()
                    .map(arm -> trained(arm, share))
                    .sorted(Comparator.comparingDouble(Rung::nll))
                    .toList();
            int all = rung.size();
            int kept =
                    ledger.once("kept after " + share, Integer.class, () -> trainingLeft() > 0 ? Halving.kept(all) : 1);
            left = rung.stream().limit(kept).map(Rung::arm).toList();
        }
        return rung;
    }

    /** What arms say that NLL cannot tell from the best; empty where there is none but that. */
    private List<TuneReport.Finalist> hear(List<Rung> finalists) {
        double lowest = finalists.get(0).nll();
        List<Arm> tied = finalists.stream()
                .filter(rung -> rung.nll() <= StrengthScan.NEAR * lowest)
                .map(Rung::arm)
                .toList();
        List<TuneReport.Finalist> heard = new ArrayList<>();
        for (Arm arm : tied.size() > 1 ? tied : List.<Arm>of()) {
            say("Hearing " + arm);
            try (Speaker model = judges.speaker(arm)) {
                heard.add(new TuneReport.Finalist(
                        arm, judges.notedQuality(model, arm, 1, SamplingScan.USUAL, StrengthScan.REPLIES)));
            }
        }
        return heard;
    }

    /** The champion, or one of the others that is ahead of it at every rung, where there is time for them. */
    private Arm challenge(String what, Arm champion, List<Arm> others, double whole) {
        double most = others.size() * Halving.RUNGS[0] + (1 - Halving.RUNGS[0]);
        boolean time = ledger.once(what, Boolean.class, () -> trainingLeft() > most * whole);
        List<Arm> ahead = time ? others : List.of();
        for (double share : Halving.RUNGS) {
            double mark = trained(champion, share).nll();
            ahead = ahead.stream()
                    .filter(arm -> trained(arm, share).nll() < mark)
                    .toList();
        }
        return ahead.stream()
                .min(Comparator.comparingDouble(arm -> trained(arm, 1).nll()))
                .orElse(champion);
    }

    private TuneReport scan(Arm arm, List<TuneReport.Finalist> heard) {
        say("Strength and sampling of " + arm);
        try (Speaker model = judges.speaker(arm)) {
            int replies = ledger.once("replies", Integer.class, () -> affordableReplies(model, arm));
            StrengthScan strength = StrengthScan.of(
                    s -> judges.notedNll(model, arm, s),
                    s -> judges.notedQuality(model, arm, s, SamplingScan.USUAL, replies));
            SamplingScan sampling = SamplingScan.of(
                    Math.max(1, replies / 3),
                    (settings, count) -> judges.notedQuality(model, arm, strength.picked(), settings, count));
            TuneReport report = new TuneReport(
                    judges.replies(),
                    List.copyOf(rungs.values()),
                    heard,
                    strength,
                    sampling,
                    new Choice(arm, strength.picked(), sampling.picked()),
                    ledger.seconds());
            TunePage.write(report, task.folder().resolve(TuneReport.PAGE));
            return report;
        }
    }

    /** As many replies a hearing as the rest of the budget has time for. */
    private int affordableReplies(Speaker model, Arm arm) {
        double left = task.budget().toSeconds() - ledger.seconds();
        long start = System.nanoTime();
        judges.notedQuality(model, arm, 1, SamplingScan.USUAL, Judges.FEWEST);
        double each = (System.nanoTime() - start) / 1e9 / Judges.FEWEST;
        return (int) Math.max(Judges.FEWEST, Math.min(StrengthScan.REPLIES, left / HEARINGS / each));
    }

    /** An arm up to a rung, and its figure there. */
    private Rung trained(Arm arm, double share) {
        String key = arm.id() + " to " + share;
        return rungs.computeIfAbsent(key, absent -> ledger.once(key, Rung.class, () -> train(arm, share)));
    }

    private Rung train(Arm arm, double share) {
        say(String.format(Locale.ROOT, "Training to %.0f %%: %s", 100 * share, arm));
        TrainResult result = ArmTraining.upTo(
                share, base, task.data(arm.context()), task.run(arm), arm.options(task.training()), listener, stop);
        if (result == null) {
            throw new Stopped();
        }
        try (Speaker model = judges.speaker(arm)) {
            return new Rung(arm, share, result.steps(), judges.nll(model, arm, 1));
        }
    }

    /** Seconds of the budget that are left for training. */
    private double trainingLeft() {
        return TRAINING * task.budget().toSeconds() - ledger.seconds();
    }

    private void say(String what) {
        stopIfAsked();
        listener.next(String.format(
                Locale.ROOT,
                "%s (%.0f of %d min)",
                what,
                ledger.seconds() / 60,
                task.budget().toMinutes()));
    }

    private void progress(String what, long done, long total) {
        listener.report(what, done, total);
        stopIfAsked();
    }

    private void stopIfAsked() {
        if (stop.requested()) {
            throw new Stopped();
        }
    }
}
