package dev.kaiaku.eval.degeneration;

import dev.kaiaku.eval.score.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether replies vary as those of a person do.
 *
 * @param distinctWords expectation-adjusted distinct words, EAD-1 (Liu et al. 2022): 1 where words are drawn at
 *     random from the vocabulary, less where they repeat
 * @param distinctPairs the same for pairs of words
 * @param identical share of replies that equal an earlier one
 * @param topTen share of replies that are one of the ten most frequent
 * @param repeating share of replies that hold the same four words twice
 */
public record Diversity(double distinctWords, double distinctPairs, double identical, double topTen, double repeating) {
    private static final int RUN = 4;

    /**
     * Of some replies.
     *
     * @param vocabulary number of different words that the persona is known to use
     */
    public static Diversity of(List<String> replies, int vocabulary) {
        Map<String, Integer> counts = new HashMap<>();
        replies.forEach(reply -> counts.merge(reply.strip(), 1, Integer::sum));
        int n = Math.max(1, replies.size());
        int top = counts.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(10)
                .mapToInt(Integer::intValue)
                .sum();
        long repeating = replies.stream().filter(Diversity::repeatsItself).count();
        return new Diversity(
                adjustedDistinct(replies, 1, vocabulary),
                adjustedDistinct(replies, 2, vocabulary),
                (replies.size() - counts.size()) / (double) n,
                top / (double) n,
                repeating / (double) n);
    }

    /** EAD = N / (V (1 - ((V-1)/V)^C)) for N different n-grams of C, from a vocabulary of V words. */
    private static double adjustedDistinct(List<String> replies, int n, int vocabulary) {
        Set<List<String>> distinct = new HashSet<>();
        long count = 0;
        for (String reply : replies) {
            List<List<String>> grams = grams(reply, n);
            distinct.addAll(grams);
            count += grams.size();
        }
        double v = Math.pow(Math.max(2, vocabulary), n);
        double expected = v * -Math.expm1(count * Math.log1p(-1 / v));
        return expected == 0 ? 0 : distinct.size() / expected;
    }

    private static boolean repeatsItself(String reply) {
        List<List<String>> grams = grams(reply, RUN);
        return new HashSet<>(grams).size() < grams.size();
    }

    private static List<List<String>> grams(String text, int n) {
        List<String> words = Words.of(text);
        List<List<String>> grams = new ArrayList<>();
        for (int i = 0; i + n <= words.size(); i++) {
            grams.add(words.subList(i, i + n));
        }
        return grams;
    }
}
