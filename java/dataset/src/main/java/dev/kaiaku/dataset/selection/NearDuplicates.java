package dev.kaiaku.dataset.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Texts that are nearly the same as one that was added. Time for a text is that of its length. Not thread-safe. */
final class NearDuplicates {
    /** Texts shorter than this are equal by chance. */
    static final int SHORTEST = 40;

    private static final double SIMILAR = 0.7;
    /** Texts of one band that are compared; more are hardly ever different ones. */
    private static final int COMPARED = 24;

    private final int bands;
    private final int kept;
    private final List<int[]> texts = new ArrayList<>();
    private final List<int[]> earlierInBand = new ArrayList<>();
    private final LongTable newestInBand = new LongTable();

    /**
     * Holds no text yet.
     *
     * @param bands of {@link MinHash}; more miss fewer
     * @param kept numbers of each set that are kept and compared, the smallest; fewer take less memory
     */
    NearDuplicates(int bands, int kept) {
        this.bands = bands;
        this.kept = kept;
    }

    /** Number of a text that was added and is nearly the same; −1 where there is none. */
    int find(String text) {
        int[] shingles = Shingles.of(text);
        return find(shingles, MinHash.signature(shingles));
    }

    /** As {@link #find}; where there is none, the text is added under the next number from 0. */
    int findOrAdd(String text) {
        int[] shingles = Shingles.of(text);
        int[] signature = MinHash.signature(shingles);
        int found = find(shingles, signature);
        if (found >= 0) {
            return found;
        }
        int[] earlier = new int[bands];
        for (int band = 0; band < bands; band++) {
            long key = MinHash.band(signature, band);
            earlier[band] = newestInBand.get(key);
            newestInBand.put(key, texts.size());
        }
        texts.add(shingles.length > kept ? Arrays.copyOf(shingles, kept) : shingles);
        earlierInBand.add(earlier);
        return -1;
    }

    /** Texts added. */
    int size() {
        return texts.size();
    }

    private int find(int[] shingles, int[] signature) {
        for (int band = 0; band < bands; band++) {
            int candidate = newestInBand.get(MinHash.band(signature, band));
            for (int i = 0; candidate >= 0 && i < COMPARED; i++) {
                if (Shingles.similarity(shingles, texts.get(candidate), kept) >= SIMILAR) {
                    return candidate;
                }
                candidate = earlierInBand.get(candidate)[band];
            }
        }
        return -1;
    }
}
