package dev.kaiaku.eval.style;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Tells one person's messages from other people's by their letters: naive Bayes over character 1- to 4-grams,
 * both classes equally large. Immutable.
 */
public final class StyleModel {
    private static final int LONGEST_GRAM = 4;
    private static final int MOST_MESSAGES = 3_000;
    private static final int MOST_CHARACTERS = 400;
    private static final double SMOOTHING = 0.5;
    private static final Pattern NO_STYLE = Pattern.compile("https?://\\S+|@\\w+");

    /** log P(gram | persona) - log P(gram | others), of grams that one of them used. */
    private final Map<String, Double> odds = new HashMap<>();

    /**
     * Learns from messages.
     *
     * @param seed of the choice among more than 3,000 messages a class
     */
    public StyleModel(List<String> persona, List<String> others, long seed) {
        int n = Math.min(MOST_MESSAGES, Math.min(persona.size(), others.size()));
        Counts mine = new Counts(sample(persona, n, seed));
        Counts theirs = new Counts(sample(others, n, seed));
        for (int length = 1; length <= LONGEST_GRAM; length++) {
            long kinds = kinds(mine, theirs, length);
            double myTotal = mine.totals[length] + SMOOTHING * kinds;
            double theirTotal = theirs.totals[length] + SMOOTHING * kinds;
            for (Counts counts : List.of(mine, theirs)) {
                for (String gram : counts.grams.keySet()) {
                    if (gram.length() == length) {
                        double here = (mine.count(gram) + SMOOTHING) / myTotal;
                        double there = (theirs.count(gram) + SMOOTHING) / theirTotal;
                        odds.put(gram, Math.log(here / there));
                    }
                }
            }
        }
    }

    /** Log-odds of the message: above 0 speaks for the persona. What neither class ever wrote speaks for nobody. */
    public double score(String message) {
        String text = prepared(message);
        double sum = 0;
        for (int length = 1; length <= LONGEST_GRAM; length++) {
            for (int i = 0; i + length <= text.length(); i++) {
                sum += odds.getOrDefault(text.substring(i, i + length), 0.0);
            }
        }
        return sum;
    }

    public double[] scores(List<String> messages) {
        return messages.stream().mapToDouble(this::score).toArray();
    }

    /** What is judged of a message: no links, no mentions, its first 400 characters. */
    static String prepared(String message) {
        String text = NO_STYLE.matcher(message).replaceAll("").strip();
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS);
    }

    private static List<String> sample(List<String> messages, int n, long seed) {
        if (messages.size() == n) {
            return messages;
        }
        return new Random(seed)
                .ints(0, messages.size())
                .distinct()
                .limit(n)
                .mapToObj(messages::get)
                .toList();
    }

    private static long kinds(Counts a, Counts b, int length) {
        return a.grams.keySet().stream().filter(gram -> gram.length() == length).count()
                + b.grams.keySet().stream()
                        .filter(gram -> gram.length() == length && !a.grams.containsKey(gram))
                        .count();
    }

    private static final class Counts {
        private final Map<String, int[]> grams = new HashMap<>();
        private final long[] totals = new long[LONGEST_GRAM + 1];

        Counts(List<String> messages) {
            for (String message : messages) {
                String text = prepared(message);
                for (int length = 1; length <= LONGEST_GRAM; length++) {
                    for (int i = 0; i + length <= text.length(); i++) {
                        grams.computeIfAbsent(text.substring(i, i + length), gram -> new int[1])[0]++;
                        totals[length]++;
                    }
                }
            }
        }

        int count(String gram) {
            int[] count = grams.get(gram);
            return count == null ? 0 : count[0];
        }
    }
}
