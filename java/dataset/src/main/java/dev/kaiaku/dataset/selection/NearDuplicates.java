package dev.kaiaku.dataset.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Texts that are nearly the same as one that was added. Time for a text is that of its length. */
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

    /**
     * What of a text is compared.
     *
     * @param shingles the smallest of its {@link Shingles}
     * @param bands what it shares with similar ones
     */
    record Sketch(int[] shingles, long[] bands) {}

    /** What of a text is compared here. Thread-safe. */
    Sketch sketch(String text) {
        int[] shingles = Shingles.of(text);
        int[] signature = MinHash.signature(shingles);
        long[] shared = new long[bands];
        for (int band = 0; band < bands; band++) {
            shared[band] = MinHash.band(signature, band);
        }
        return new Sketch(shingles.length > kept ? Arrays.copyOf(shingles, kept) : shingles, shared);
    }

    /** Number of a text that was added and is nearly the same; −1 where there is none. Thread-safe. */
    int find(Sketch text) {
        for (int band = 0; band < bands; band++) {
            int candidate = newestInBand.get(text.bands[band]);
            for (int i = 0; candidate >= 0 && i < COMPARED; i++) {
                if (Shingles.similarity(text.shingles, texts.get(candidate), kept) >= SIMILAR) {
                    return candidate;
                }
                candidate = earlierInBand.get(candidate)[band];
            }
        }
        return -1;
    }

    /** As {@link #find}; where there is none, the text is added under the next number from 0. */
    int findOrAdd(Sketch text) {
        int found = find(text);
        if (found >= 0) {
            return found;
        }
        int[] earlier = new int[bands];
        for (int band = 0; band < bands; band++) {
            earlier[band] = newestInBand.get(text.bands[band]);
            newestInBand.put(text.bands[band], texts.size());
        }
        texts.add(text.shingles);
        earlierInBand.add(earlier);
        return -1;
    }

    /** Texts added. */
    int size() {
        return texts.size();
    }
}
