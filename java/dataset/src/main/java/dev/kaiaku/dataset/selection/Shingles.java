package dev.kaiaku.dataset.selection;

/** The set of a text's runs of five characters, as sorted numbers. */
final class Shingles {
    private static final int LENGTH = 5;

    private Shingles() {}

    /** Those of a text's {@link PlainText}; never empty. */
    static int[] of(String text) {
        String plain = PlainText.of(text);
        if (plain.length() <= LENGTH) {
            return new int[] {Mix.of((plain.isEmpty() ? text : plain).hashCode())};
        }
        int[] shingles = new int[plain.length() - LENGTH + 1];
        for (int i = 0; i < shingles.length; i++) {
            int hash = 0;
            for (int j = i; j < i + LENGTH; j++) {
                hash = 31 * hash + plain.charAt(j);
            }
            shingles[i] = Mix.of(hash);
        }
        return Words.distinct(shingles);
    }

    /**
     * Size of the intersection over that of the union (Jaccard), as far as the smallest numbers tell.
     *
     * @param limit how many of the union are looked at; sets of which only so many were kept tell no more
     */
    static double similarity(int[] a, int[] b, int limit) {
        int common = 0;
        int union = 0;
        int i = 0;
        int j = 0;
        while (union < limit && (i < a.length || j < b.length)) {
            int step = i == a.length ? 1 : j == b.length ? -1 : Integer.compare(a[i], b[j]);
            common += step == 0 ? 1 : 0;
            i += step <= 0 ? 1 : 0;
            j += step >= 0 ? 1 : 0;
            union++;
        }
        return (double) common / union;
    }
}
