package dev.kaiaku.dataset.selection;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Signatures of sets: two sets agree in a place with the probability of their Jaccard similarity (Broder 1997).
 * Bands of three places each find pairs: 12 bands miss one pair of 150 at 0.7, one of 5,000 at 0.8.
 */
final class MinHash {
    static final int BANDS = 12;

    private static final int ROWS = 3;
    private static final int PLACES = BANDS * ROWS;
    private static final int[] MASKS = new int[PLACES];
    private static final int[] FACTORS = new int[PLACES];

    static {
        SplittableRandom random = new SplittableRandom(0x6B41_6961_6B75L);
        for (int i = 0; i < PLACES; i++) {
            MASKS[i] = random.nextInt();
            FACTORS[i] = random.nextInt() | 1;
        }
    }

    private MinHash() {}

    /** @return smallest hash of each place */
    static int[] signature(int[] set) {
        int[] smallest = new int[PLACES];
        Arrays.fill(smallest, Integer.MAX_VALUE);
        for (int element : set) {
            for (int i = 0; i < PLACES; i++) {
                smallest[i] = Math.min(smallest[i], (element ^ MASKS[i]) * FACTORS[i]);
            }
        }
        return smallest;
    }

    /** What sets share that agree in all places of a band. */
    static long band(int[] signature, int band) {
        long hash = band;
        for (int i = band * ROWS; i < (band + 1) * ROWS; i++) {
            hash = Mix.of(hash * 31 + signature[i]);
        }
        return hash;
    }
}
