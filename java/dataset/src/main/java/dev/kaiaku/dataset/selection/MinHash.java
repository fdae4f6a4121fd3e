package dev.kaiaku.dataset.selection;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Signatures of sets: two sets agree in a place with the probability of their Jaccard similarity (Broder 1997). Every
 * element is hashed once and counts in one place; a place without any takes what another one has, asked in an order
 * that is the same for all sets (Shrivastava 2017). Bands of three places each find pairs: 12 bands miss one pair of
 * 150 at 0.7, one of 5,000 at 0.8.
 */
final class MinHash {
    static final int BANDS = 12;

    private static final int ROWS = 3;
    private static final int PLACES = BANDS * ROWS;
    /** By place: the others, in the order in which they are asked. */
    private static final int[][] LENDERS = new int[PLACES][PLACES];

    static {
        SplittableRandom random = new SplittableRandom(0x6B41_6961_6B75L);
        for (int[] lenders : LENDERS) {
            for (int i = 0; i < PLACES; i++) {
                int j = random.nextInt(i + 1);
                lenders[i] = lenders[j];
                lenders[j] = i;
            }
        }
    }

    private MinHash() {}

    /**
     * @param set well mixed hashes, such as {@link Shingles}; where an element is there more than once, it counts once
     * @return smallest hash of each place
     */
    static int[] signature(int[] set) {
        int[] smallest = new int[PLACES];
        Arrays.fill(smallest, Integer.MAX_VALUE);
        for (int element : set) {
            int hash = Mix.of(element + 0x9E3779B9);
            int place = (int) (((element & 0xFFFF_FFFFL) * PLACES) >>> 32);
            smallest[place] = Math.min(smallest[place], hash);
        }
        return lent(smallest);
    }

    private static int[] lent(int[] smallest) {
        int[] whole = smallest.clone();
        for (int place = 0; place < PLACES; place++) {
            for (int i = 0; i < PLACES && whole[place] == Integer.MAX_VALUE; i++) {
                whole[place] = smallest[LENDERS[place][i]];
            }
        }
        return whole;
    }

    /** In how many places two signatures agree. */
    static int agreeing(int[] a, int[] b) {
        int places = 0;
        for (int i = 0; i < PLACES; i++) {
            places += a[i] == b[i] ? 1 : 0;
        }
        return places;
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
