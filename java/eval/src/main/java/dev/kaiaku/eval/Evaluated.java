package dev.kaiaku.eval;

import dev.kaiaku.eval.copies.Exposure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What came of an evaluation.
 *
 * @param how it was made: which model, how many replies, which seed
 * @param doubts why the data set can't be judged by; empty where it can
 * @param scores the persona's first, the person's second, then those to compare with; none where nothing was asked
 * @param exposures of canaries, where the data set has some
 */
public record Evaluated(String how, List<String> doubts, List<Scores> scores, List<Exposure> exposures) {
    public Evaluated {
        doubts = List.copyOf(doubts);
        scores = List.copyOf(scores);
        exposures = List.copyOf(exposures);
    }

    /** In plain words, a sentence each. */
    public List<String> verdict() {
        List<String> lines = new ArrayList<>();
        if (scores.isEmpty()) {
            doubts.forEach(doubt -> lines.add("No verdict: " + doubt));
        } else {
            lines.addAll(Verdict.of(scores.get(0), doubts));
        }
        if (!exposures.isEmpty()) {
            lines.add("Canaries: " + exposures.stream().map(Evaluated::text).collect(Collectors.joining(", ")) + ".");
        }
        return lines;
    }

    private static String text(Exposure exposure) {
        return String.format(
                Locale.ROOT,
                "planted %d×: %.1f bits (%s)",
                exposure.canary().times(),
                exposure.bits(),
                exposure.known() ? "known by heart" : "not known");
    }
}
