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

    /** Similar texts agree in fewer places of a signature once in a million times. */
    private static final int FEWEST_PLACES = 12;

    private final int bands;
    private final int kept;
    private final List<int[]> texts = new ArrayList<>();
    /** Of the texts, where all of their numbers are kept: what tells most pairs apart at a glance. */
    private final List<int[]> signatures = new ArrayList<>();

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
     * @param signature of {@link MinHash}
     * @param bands what it shares with similar ones
     */
    record Sketch(int[] shingles, int[] signature, long[] bands) {}

    /** What of a text is compared here. Thread-safe. */
    Sketch sketch(String text) {
        int[] shingles = Shingles.of(text);
        int[] signature = MinHash.signature(shingles);
        return new Sketch(
                shingles.length > kept ? Arrays.copyOf(shingles, kept) : shingles, signature, bands(signature));
    }

    /**
     * Whether a text that was added is nearly the same, where all of their numbers are kept. As {@link #find}, but
     * puts the shingles of few texts in order. Thread-safe.
     */
    boolean contains(String text) {
        int[] shingles = Shingles.inOrder(text);
        int[] signature = MinHash.signature(shingles);
        long[] shared = bands(signature);
        int[] distinct = null;
        for (int band = 0; band < bands; band++) {
            int candidate = newestInBand.get(shared[band]);
            for (int i = 0; candidate >= 0 && i < COMPARED; i++) {
                if (MinHash.agreeing(signature, signatures.get(candidate)) >= FEWEST_PLACES) {
                    distinct = distinct == null ? Words.distinct(shingles) : distinct;
                    if (Shingles.similar(distinct, texts.get(candidate), kept, SIMILAR)) {
                        return true;
                    }
                }
                candidate = earlierInBand.get(candidate)[band];
            }
        }
        return false;
    }

    /** Number of a text that was added and is nearly the same; −1 where there is none. Thread-safe. */
    int find(Sketch text) {
        for (int band = 0; band < bands; band++) {
            int candidate = newestInBand.get(text.bands[band]);
            for (int i = 0; candidate >= 0 && i < COMPARED; i++) {
                if (Shingles.similar(text.shingles, texts.get(candidate), kept, SIMILAR)) {
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
        if (kept == Integer.MAX_VALUE) {
            signatures.add(text.signature);
        }
        earlierInBand.add(earlier);
        return -1;
    }

    /** Texts added. */
    int size() {
        return texts.size();
    }

    private long[] bands(int[] signature) {
        long[] shared = new long[bands];
        for (int band = 0; band < bands; band++) {
            shared[band] = MinHash.band(signature, band);
        }
        return shared;
    }
}
