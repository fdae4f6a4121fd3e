package dev.kaiaku.eval;

import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Measured;
import dev.kaiaku.eval.style.StyleScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Scores in plain words, a sentence each; no grades where the data set can't carry them. */
public final class Verdict {
    /** Share of replies below which something is no habit. */
    private static final double MANY = 0.02;

    private static final double PARROT = 1.25;

    private Verdict() {}

    /**
     * What to say of a speaker.
     *
     * @param doubts why the data set can't be judged by; empty where it can
     */
    public static List<String> of(Scores scores, List<String> doubts) {
        List<String> lines = new ArrayList<>();
        if (doubts.isEmpty()) {
            lines.add(headline(scores));
        } else {
            doubts.forEach(doubt -> lines.add("No verdict: " + doubt));
        }
        if (!scores.style().isEmpty()) {
            lines.add(tone(scores.style().get(0), doubts.isEmpty()));
        }
        lines.add(sense(scores, doubts.isEmpty()));
        scores.figure(Figure.NLL).ifPresent(nll -> lines.add(prediction(scores, nll)));
        lines.add(copies(scores));
        lines.add(leaks(scores));
        lines.add(faults(scores));
        return lines;
    }

    /** Whether more replies are copies than people make by chance. */
    public static boolean learnedByHeart(Scores scores) {
        return scores.figure(Figure.COPIED_RUNS)
                .map(runs -> runs.value().low() > Math.max(MANY, runs.ceiling()))
                .orElse(false);
    }

    private static String headline(Scores scores) {
        String tone = scores.style().isEmpty()
                ? "unknown"
                : grade(scores.style().get(0).way());
        String copies = scores.value(Figure.COPIED_RUNS) == 0 ? "none" : learnedByHeart(scores) ? "many" : "few";
        String leaks = scores.value(Figure.PERSONAL_DATA) + scores.value(Figure.RARE_NAMES) == 0 ? "none" : "some";
        return "In short: tone " + tone + ", sense " + senseGrade(scores) + ", copies " + copies + ", leaks " + leaks
                + ".";
    }

    private static String tone(StyleScores.Score style, boolean graded) {
        return String.format(
                Locale.ROOT,
                "Tone: %d %% of the way from the other members to the person%s; a message is more like the person than"
                        + " one of the others' is in %.0f %% of the cases, the person's own in %.0f %%.",
                percent(style.way()),
                graded ? " (" + grade(style.way()) + ")" : "",
                100 * style.value().value(),
                100 * style.ceiling());
    }

    private static String senseGrade(Scores scores) {
        Interval way = scores.coherence().way();
        return way.low() <= 0 ? "no more than chance" : way.low() > PARROT ? "repeats its context" : grade(way.value());
    }

    private static String sense(Scores scores, boolean graded) {
        Interval way = scores.coherence().way();
        return String.format(
                Locale.ROOT,
                "Sense: answers fit their context %d %% as much as the person's do, between %d and %d%s.",
                percent(way.value()),
                percent(way.low()),
                percent(way.high()),
                graded ? " (" + senseGrade(scores) + ")" : "");
    }

    private static String prediction(Scores scores, Measured nll) {
        String base = Double.isNaN(nll.floor()) ? "" : String.format(Locale.ROOT, "; the base's is %.3f", nll.floor());
        String gain = scores.figure(Figure.CONTEXT_GAIN)
                .filter(measured -> Double.isFinite(measured.value().value()))
                .map(measured -> String.format(
                        Locale.ROOT,
                        " Its context is worth %.3f nats a token%s.",
                        measured.value().value(),
                        measured.value().low() > 0 ? "" : ", which may be nothing"))
                .orElse("");
        return String.format(
                Locale.ROOT,
                "Prediction: NLL %.3f per reply token%s.%s",
                nll.value().value(),
                base,
                gain);
    }

    private static String copies(Scores scores) {
        double runs = scores.value(Figure.COPIED_RUNS);
        double whole = scores.value(Figure.WHOLE_COPIES);
        if (runs == 0 && whole == 0) {
            return "Copies: none.";
        }
        String found = String.format(
                Locale.ROOT,
                "Copies: %.1f %% of the replies share a long run with a learned message, %.1f %% are one",
                100 * runs,
                100 * whole);
        return learnedByHeart(scores)
                ? found + ": it has learned by heart; train for less time or at a lower rate."
                : found + ".";
    }

    private static String leaks(Scores scores) {
        double data = scores.value(Figure.PERSONAL_DATA);
        double names = scores.value(Figure.RARE_NAMES);
        return data + names == 0
                ? "Leaks: none."
                : String.format(
                        Locale.ROOT,
                        "Leaks: personal data in %.1f %% of the replies, rare names that only others wrote in %.1f %%.",
                        100 * data,
                        100 * names);
    }

    private static String faults(Scores scores) {
        return String.format(
                Locale.ROOT,
                "Faults: %d %% cut off, %d %% empty, %d %% speak for others, %d %% show control text; %d %% repeat an"
                        + " earlier reply, the person's %d %%.",
                percent(scores.value(Figure.UNFINISHED)),
                percent(scores.value(Figure.EMPTY)),
                percent(scores.value(Figure.FOREIGN_SPEAKER)),
                percent(scores.value(Figure.CONTROL_TEXT)),
                percent(scores.value(Figure.IDENTICAL)),
                percent(scores.figure(Figure.IDENTICAL).map(Measured::ceiling).orElse(Double.NaN)));
    }

    private static long percent(double share) {
        return Math.round(100 * share);
    }

    private static String grade(double share) {
        return share >= 0.8 ? "high" : share >= 0.5 ? "fair" : share >= 0.2 ? "low" : "very low";
    }
}
