package dev.kaiaku.dataset.store;

/** Fingerprints of 64 bits: among five million texts, two share one with a chance of less than one in a million. */
public final class Hash64 {
    private static final long PRIME = 0x9E3779B97F4A7C15L;

    private Hash64() {}

    /** The fingerprint of a text. */
    public static long of(CharSequence text) {
        return of(text, PRIME);
    }

    /** As above, of a text and what came before it. */
    public static long of(CharSequence text, long before) {
        long hash = mix(before + text.length());
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * PRIME;
            hash ^= hash >>> 29;
        }
        return mix(hash);
    }

    /** The fingerprint of a number and what came before it. */
    public static long of(long number, long before) {
        return mix(mix(before) + number * PRIME);
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }
}
