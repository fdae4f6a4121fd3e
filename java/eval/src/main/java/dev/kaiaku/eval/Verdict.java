package dev.kaiaku.eval;

import dev.kaiaku.eval.coherence.CoherenceScores;
import dev.kaiaku.eval.degeneration.Faults;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.style.StyleScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Scores in plain words, a sentence each. */
public final class Verdict {
    private static final double MANY = 0.02;

    private Verdict() {}

    /** What to say of a speaker. */
    public static List<String> of(Scores scores) {
        List<String> lines = new ArrayList<>();
        if (!scores.style().isEmpty()) {
            StyleScores.Score style = scores.style().get(0);
            lines.add(String.format(
                    Locale.ROOT,
                    "Tone: %d %% of the way from the other members to the person (%s).",
                    percent(style.way()),
                    grade(style.way())));
        }
        lines.add(sense(scores.coherence()));
        lines.add(copies(scores.runs(), scores.copies()));
        if (scores.leaks().replies() > 0) {
            lines.add("Personal data: in " + scores.leaks().replies() + " replies "
                    + scores.leaks().types() + ".");
        }
        lines.add(faults(scores.faults(), scores.diversity().identical()));
        return lines;
    }

    private static String sense(CoherenceScores coherence) {
        Interval way = coherence.way();
        String words = way.low() <= 0
                ? "no more than chance"
                : way.value() > 1.25 ? "repeats its context" : grade(way.value());
        return String.format(
                Locale.ROOT,
                "Sense: answers fit their context %d %% as much as the person's do, between %d and %d (%s).",
                percent(way.value()),
                percent(way.low()),
                percent(way.high()),
                words);
    }

    private static String copies(Interval runs, Interval whole) {
        if (runs.value() == 0 && whole.value() == 0) {
            return "Copies: none.";
        }
        String found = String.format(
                Locale.ROOT,
                "Copies: %.1f %% of the replies share a long run with a learned message, %.1f %% are one",
                100 * runs.value(),
                100 * whole.value());
        return runs.low() > MANY
                ? found + ": it has learned by heart; train for less time or at a lower rate."
                : found + ".";
    }

    private static String faults(Faults faults, double identical) {
        return String.format(
                Locale.ROOT,
                "Faults: %d %% cut off, %d %% empty, %d %% speak for others, %d %% show control text; %d %% repeat an earlier reply.",
                percent(faults.unfinished()),
                percent(faults.empty()),
                percent(faults.foreignSpeaker()),
                percent(faults.controlText()),
                percent(identical));
    }

    private static long percent(double share) {
        return Math.round(100 * share);
    }

    private static String grade(double share) {
        return share >= 0.8 ? "high" : share >= 0.5 ? "fair" : share >= 0.2 ? "low" : "very low";
    }
}
