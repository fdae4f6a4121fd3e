package dev.kaiaku.eval.style;

import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Words;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Distance by small words (Burrows 2002): mean difference of the z-scores of the 150 most frequent words and
 * marks. Meant for texts of a thousand words and more. Immutable.
 */
public final class BurrowsDelta {
    private static final int ENOUGH_WORDS = 1_000;

    private static final int MOST_FREQUENT = 150;
    private static final int CHUNK = 1_000;

    private final List<String> frequent;
    private final double[] mean;
    private final double[] deviation;

    /** Learns which words are frequent, and how much they vary between parts of a thousand words, from a whole chat. */
    public BurrowsDelta(List<String> messages) {
        List<String> words = messages.stream()
                .flatMap(message -> Words.withPunctuation(message).stream())
                .toList();
        Map<String, Integer> counts = new HashMap<>();
        words.forEach(word -> counts.merge(word, 1, Integer::sum));
        frequent = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_FREQUENT)
                .map(Map.Entry::getKey)
                .toList();
        mean = new double[frequent.size()];
        deviation = new double[frequent.size()];
        int chunks = Math.max(1, words.size() / CHUNK);
        double[][] shares = new double[chunks][];
        for (int i = 0; i < chunks; i++) {
            shares[i] = shares(words.subList(
                    (int) ((long) words.size() * i / chunks), (int) ((long) words.size() * (i + 1) / chunks)));
        }
        for (int w = 0; w < mean.length; w++) {
            for (double[] chunk : shares) {
                mean[w] += chunk[w] / chunks;
            }
            for (double[] chunk : shares) {
                deviation[w] += (chunk[w] - mean[w]) * (chunk[w] - mean[w]) / chunks;
            }
            deviation[w] = Math.sqrt(deviation[w]);
        }
    }

    /** Whether messages are long enough together for their distance to mean something. */
    public boolean enough(List<String> messages) {
        return words(messages).size() >= ENOUGH_WORDS;
    }

    /** Distance between two sets of messages; 0 for the same ones. */
    public double between(List<String> a, List<String> b) {
        return distance(shares(words(a)), shares(words(b)));
    }

    /** As {@link #between}, with the range that other messages of the first writer would lie in. */
    public Interval interval(List<String> a, List<String> b, long seed) {
        List<List<String>> mine = a.stream().map(Words::withPunctuation).toList();
        double[] theirs = shares(words(b));
        return Interval.halves(
                a.size(),
                chosen -> distance(
                        shares(Arrays.stream(chosen)
                                .mapToObj(mine::get)
                                .flatMap(List::stream)
                                .toList()),
                        theirs),
                seed);
    }

    private double distance(double[] mine, double[] theirs) {
        double sum = 0;
        int n = 0;
        for (int w = 0; w < mine.length; w++) {
            if (deviation[w] > 0) {
                sum += Math.abs(mine[w] - theirs[w]) / deviation[w];
                n++;
            }
        }
        return n == 0 ? 0 : sum / n;
    }

    private static List<String> words(List<String> messages) {
        return messages.stream()
                .flatMap(message -> Words.withPunctuation(message).stream())
                .toList();
    }

    private double[] shares(List<String> words) {
        Map<String, Integer> counts = new HashMap<>();
        words.forEach(word -> counts.merge(word, 1, Integer::sum));
        return frequent.stream()
                .mapToDouble(word -> counts.getOrDefault(word, 0) / (double) Math.max(1, words.size()))
                .toArray();
    }
}
