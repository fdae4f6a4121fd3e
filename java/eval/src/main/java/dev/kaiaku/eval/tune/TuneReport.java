package dev.kaiaku.eval.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The way that a search took, and what it picked.
 *
 * @param replies that NLL was measured on
 * @param rungs every arm at every place where it was compared, in that order
 * @param finalists of arms that NLL could not tell apart, what they said; else empty
 * @param strength of the arm that was picked
 * @param sampling of the same at the strength that was picked
 * @param seconds that the search took, pauses left out
 */
public record TuneReport(
        int replies,
        List<Rung> rungs,
        List<Finalist> finalists,
        StrengthScan strength,
        SamplingScan sampling,
        Choice choice,
        double seconds) {
    /** Name of the page in the folder of a search. */
    public static final String PAGE = "tune.html";

    static final List<String> ARM_HEADS = List.of("Arm", "a quarter", "half", "whole");

    public TuneReport {
        rungs = List.copyOf(rungs);
        finalists = List.copyOf(finalists);
    }

    /** An arm that was trained to its end, and how it spoke. */
    public record Finalist(Arm arm, Quality quality) {}

    /** For a terminal. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "NLL per byte of %d held-out replies, the same for every arm:", replies));
        lines.add(columns(ARM_HEADS));
        armRows().forEach(row -> lines.add(columns(row)));
        for (Finalist finalist : finalists) {
            lines.add("  " + finalist.arm() + ": " + finalist.quality());
        }
        lines.addAll(strength.lines());
        lines.add(String.format(
                Locale.ROOT,
                "Sampling: temperature %.2f, min-p %.2f. Replies drawn with:",
                choice.sampling().temperature(),
                choice.sampling().minP()));
        for (SamplingScan.Point point : sampling.points()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  temperature %.2f, min-p %.2f, %d replies  %s",
                    point.sampling().temperature(),
                    point.sampling().minP(),
                    point.replies(),
                    point.quality()));
        }
        lines.add(picked());
        return lines;
    }

    /** What was picked, in a sentence. */
    public String picked() {
        return String.format(
                Locale.ROOT,
                "Picked in %.0f minutes: %s, strength %.2f, temperature %.2f, min-p %.2f.",
                Math.ceil(seconds / 60),
                choice.arm(),
                choice.strength(),
                choice.sampling().temperature(),
                choice.sampling().minP());
    }

    /** A row for each arm: its NLL at each rung, empty where it was not trained that far. */
    List<List<String>> armRows() {
        List<List<String>> rows = new ArrayList<>();
        for (Arm arm : rungs.stream().map(Rung::arm).distinct().toList()) {
            List<String> row = new ArrayList<>(List.of(arm.toString()));
            for (double share : Halving.RUNGS) {
                row.add(rungs.stream()
                        .filter(rung -> rung.arm().equals(arm) && rung.share() == share)
                        .map(rung -> number(4, rung.nll()))
                        .findFirst()
                        .orElse(""));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String columns(List<String> row) {
        return String.format(Locale.ROOT, "  %-34s%-11s%-11s%s", row.toArray()).stripTrailing();
    }

    static String number(int decimals, double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
