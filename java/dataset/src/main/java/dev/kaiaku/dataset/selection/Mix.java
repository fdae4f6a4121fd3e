package dev.kaiaku.dataset.selection;

/** Spreads hashes over all bits: the last steps of MurmurHash3 (Appleby, public domain). */
final class Mix {
    private Mix() {}

    static int of(int hash) {
        int h = hash;
        h = (h ^ (h >>> 16)) * 0x85EBCA6B;
        h = (h ^ (h >>> 13)) * 0xC2B2AE35;
        return h ^ (h >>> 16);
    }

    static long of(long hash) {
        long h = hash;
        h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
        h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return h ^ (h >>> 33);
    }

    /** A hash of 64 bits; two texts of a chat hardly ever share one. */
    static long of(CharSequence text) {
        long h = text.length();
        for (int i = 0; i < text.length(); i++) {
            h = 0x9E3779B97F4A7C15L * (Long.rotateLeft(h, 23) ^ text.charAt(i));
        }
        return of(h);
    }
}
