package dev.kaiaku.dataset.selection;

import java.util.Arrays;

/** How often groups of three characters occur in what the persona says and in what the others say. Not thread-safe. */
final class Trigrams {
    private static final int BITS = 16;
    private static final int SLOTS = 1 << BITS;
    private static final double SMOOTHING = 0.5;
    /** Groups that a text needs to weigh half; shorter ones tell little. */
    private static final int FEW = 10;

    private final int[] persona = new int[SLOTS];
    private final int[] others = new int[SLOTS];
    private long personaTotal;
    private long othersTotal;

    /** Counts those of a text of the persona. */
    void addPersona(int[] trigrams) {
        for (int trigram : trigrams) {
            persona[trigram]++;
        }
        personaTotal += trigrams.length;
    }

    /** Counts those of a text of the others. */
    void addOthers(int[] trigrams) {
        for (int trigram : trigrams) {
            others[trigram]++;
        }
        othersTotal += trigrams.length;
    }

    /**
     * Mean log-odds of a text of the persona, nearer to 0 for short ones. Its own counts are taken out, so that a
     * text that stands alone does not vouch for itself. Above 0 where it is rather the persona's.
     */
    double logOdds(String personaText) {
        int[] trigrams = of(personaText);
        if (trigrams.length == 0) {
            return 0;
        }
        Arrays.sort(trigrams);
        double sum = 0;
        for (int start = 0, end = 0; start < trigrams.length; start = end) {
            while (end < trigrams.length && trigrams[end] == trigrams[start]) {
                end++;
            }
            int own = end - start;
            double mine =
                    (persona[trigrams[start]] - own + SMOOTHING) / (personaTotal - trigrams.length + SMOOTHING * SLOTS);
            double theirs = (others[trigrams[start]] + SMOOTHING) / (othersTotal + SMOOTHING * SLOTS);
            sum += own * Math.log(mine / theirs);
        }
        return sum / (trigrams.length + FEW);
    }

    /** Those of a text, in order. */
    static int[] of(String text) {
        int[] trigrams = new int[Math.max(0, text.length() - 2)];
        for (int i = 0; i < trigrams.length; i++) {
            int hash = (31 * text.charAt(i) + text.charAt(i + 1)) * 31 + text.charAt(i + 2);
            trigrams[i] = Mix.of(hash) >>> (Integer.SIZE - BITS);
        }
        return trigrams;
    }
}
