package dev.kaiaku.dataset.selection;

import java.util.Arrays;

/** In how many texts a word stands. Words share a count with few others. Not thread-safe. */
final class WordCounts {
    private static final int BITS = 18;

    private final int[] texts = new int[1 << BITS];
    private int count;

    /** Counts a text by its distinct words. */
    void add(int[] distinctWords) {
        count++;
        for (int word : distinctWords) {
            texts[slot(word)]++;
        }
    }

    /** What a word tells: the logarithm of the share of texts without it, roughly; never below 0. */
    double idf(int word) {
        return Math.log((1.0 + count) / (1.0 + texts[slot(word)]));
    }

    /** The sum over distinct words. */
    double idf(int[] distinctWords) {
        double sum = 0;
        for (int word : distinctWords) {
            sum += idf(word);
        }
        return sum;
    }

    /** The share of the idf of a text's words that a context has; 0 for a text that tells nothing. */
    double overlap(int[] distinctWords, int[] contextWords) {
        double common = 0;
        for (int word : distinctWords) {
            common += Arrays.binarySearch(contextWords, word) >= 0 ? idf(word) : 0;
        }
        double all = idf(distinctWords);
        return all == 0 ? 0 : common / all;
    }

    private static int slot(int word) {
        return word >>> (Integer.SIZE - BITS);
    }
}
