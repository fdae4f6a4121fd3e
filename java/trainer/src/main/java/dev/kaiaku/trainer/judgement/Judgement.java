package dev.kaiaku.trainer.judgement;

import java.util.Locale;

/**
 * What the evaluations of a run have said so far. The alarm: validation stands more than {@value #RISE_PERCENT} %
 * above the lowest at two evaluations in a row, or more than {@value #FAR_PERCENT} % at one, or is no number. The
 * first alarm goes back to the best adapter and goes on with a third of the rate; the second ends the run.
 *
 * @param baseNll validation NLL of the base alone; NaN before it is known
 * @param bestNll the lowest of an adapter; NaN before the first
 * @param bestStep updates that adapter has seen
 * @param lossAtBest mean training loss of the updates that led to it from the evaluation before
 * @param sinceBest evaluations after it
 * @param rising evaluations in a row that stood above the lowest
 * @param rateFactor the learning rate is multiplied by this
 */
public record Judgement(
        double baseNll, double bestNll, int bestStep, double lossAtBest, int sinceBest, int rising, double rateFactor) {
    /** An evaluation this much above the lowest counts as risen; less than that is noise of small validation sets. */
    static final int RISE_PERCENT = 2;
    /** This much is beyond doubt. */
    static final int FAR_PERCENT = 10;
    /** What an alarm multiplies the learning rate by. */
    static final double LOWER = 1 / 3.0;

    /** Before any evaluation. */
    public static Judgement start() {
        return new Judgement(Double.NaN, Double.NaN, 0, Double.NaN, 0, 0, 1);
    }

    /** What a run does after an evaluation. */
    public enum Action {
        GO_ON,
        /** Back to the best adapter, or to the start where none is better than the base, with a lower rate. */
        LOWER_RATE,
        /** {@code --patience} is at its end. */
        STOP_WAITING,
        /** The alarm went off again. */
        STOP_OVERFITTING
    }

    /**
     * An evaluation and what follows from it.
     *
     * @param next with this evaluation
     * @param best this is the best adapter so far
     * @param saw for people, empty where nothing is to be done
     */
    public record Verdict(Judgement next, boolean best, Action action, String saw) {}

    /** The base alone was evaluated. */
    public Judgement ofBase(double nll) {
        return new Judgement(nll, bestNll, bestStep, lossAtBest, sinceBest, rising, rateFactor);
    }

    /** Whether an alarm has lowered the rate already. */
    public boolean lowered() {
        return rateFactor < 1;
    }

    /** Whether there is an adapter worth going back to. */
    public boolean helped() {
        return bestNll < baseNll;
    }

    /** A rate lowered by an alarm that came from elsewhere, such as a loss that is no number. */
    public Judgement withLowerRate() {
        return new Judgement(baseNll, bestNll, bestStep, lossAtBest, 0, 0, rateFactor * LOWER);
    }

    /**
     * Judges an evaluation.
     *
     * @param step updates so far
     * @param nll of validation
     * @param loss mean training loss since the last evaluation
     * @param patience evaluations without a new best that end the run; 0: any number
     */
    public Verdict evaluated(int step, double nll, double loss, int patience) {
        double lowest = helped() || Double.isNaN(baseNll) ? bestNll : baseNll;
        boolean best = Double.isFinite(nll) && !(bestNll <= nll);
        boolean risen = nll > lowest * (1 + RISE_PERCENT / 100.0);
        int inARow = risen ? rising + 1 : 0;
        boolean alarm = inARow >= 2 || nll > lowest * (1 + FAR_PERCENT / 100.0) || !Double.isFinite(nll);
        Judgement next = best
                ? new Judgement(baseNll, nll, step, loss, 0, inARow, rateFactor)
                : new Judgement(baseNll, bestNll, bestStep, lossAtBest, sinceBest + 1, inARow, rateFactor);
        if (alarm) {
            String saw = whatWasSeen(nll, loss, lowest);
            return lowered()
                    ? new Verdict(next, best, Action.STOP_OVERFITTING, saw)
                    : new Verdict(next.withLowerRate(), best, Action.LOWER_RATE, saw);
        }
        if (patience > 0 && next.sinceBest() >= patience) {
            String saw = String.format(Locale.ROOT, "no evaluation since update %d was better", bestStep);
            return new Verdict(next, best, Action.STOP_WAITING, saw);
        }
        return new Verdict(next, best, Action.GO_ON, "");
    }

    private String whatWasSeen(double nll, double loss, double lowest) {
        String rose = String.format(
                Locale.ROOT,
                "validation NLL rose from %.3f (%s) to %.3f",
                lowest,
                helped() ? "update " + bestStep : "the base",
                nll);
        if (helped() && loss < lossAtBest) {
            return String.format(
                    Locale.ROOT,
                    "%s while the training loss fell from %.3f to %.3f: the examples are being learned by heart",
                    rose,
                    lossAtBest,
                    loss);
        }
        return rose + " and the training loss did not fall: the learning rate is too high";
    }
}
