package dev.kaiaku.dataset.selection;

/** The set of a text's runs of five characters, as sorted numbers. */
final class Shingles {
    private static final int LENGTH = 5;
    /** 31 to the power of {@link #LENGTH}: how much the first character of a run counts in the hash of the next. */
    private static final int LEAVES = 31 * 31 * 31 * 31 * 31;

    private Shingles() {}

    /** Those of a text's {@link PlainText}; never empty. */
    static int[] of(String text) {
        return Words.distinct(inOrder(text));
    }

    /** As above in the order of the text, each as often as it comes. */
    static int[] inOrder(String text) {
        String plain = PlainText.of(text);
        if (plain.length() <= LENGTH) {
            return new int[] {Mix.of((plain.isEmpty() ? text : plain).hashCode())};
        }
        int[] shingles = new int[plain.length() - LENGTH + 1];
        int hash = 0;
        for (int i = 0; i < plain.length(); i++) {
            hash = 31 * hash + plain.charAt(i);
            if (i >= LENGTH) {
                hash -= LEAVES * plain.charAt(i - LENGTH);
            }
            if (i >= LENGTH - 1) {
                shingles[i - LENGTH + 1] = Mix.of(hash);
            }
        }
        return shingles;
    }

    /**
     * Whether the size of the intersection over that of the union (Jaccard) is a share at least, as far as the
     * smallest numbers tell. Stops as soon as that is out of reach.
     *
     * @param limit how many of the union are looked at; sets of which only so many were kept tell no more
     */
    static boolean similar(int[] a, int[] b, int limit, double share) {
        int most = (int) Math.min(limit, (long) a.length + b.length);
        double different = Math.ceil((1 - share) * most);
        int common = 0;
        int union = 0;
        int i = 0;
        int j = 0;
        while (union < limit && (i < a.length || j < b.length) && union - common <= different) {
            int step = i == a.length ? 1 : j == b.length ? -1 : Integer.compare(a[i], b[j]);
            common += step == 0 ? 1 : 0;
            i += step <= 0 ? 1 : 0;
            j += step >= 0 ? 1 : 0;
            union++;
        }
        return (double) common / union >= share;
    }
}
