package dev.kaiaku.dataset.sample;

import java.util.List;

/**
 * A sample as places in its session, before any text is read.
 *
 * @param turns a user turn, an assistant turn, and so on
 */
record Cut(List<Span> turns) {
    /**
     * One turn.
     *
     * @param from first message
     * @param to the one after the last; the same as {@code from} where nobody says anything
     * @param byPersona whether it is an assistant turn
     * @param learned whether training learns it
     * @param quoted messages that stand before the others, by reference, because this turn's reply answers them
     */
    record Span(int from, int to, boolean byPersona, boolean learned, long[] quoted) {
        private static final long[] NONE = {};

        static Span user(int from, int to, long[] quoted) {
            return new Span(from, to, false, false, quoted);
        }

        static Span persona(int from, int to, boolean learned) {
            return new Span(from, to, true, learned, NONE);
        }

        int lines() {
            return to - from + quoted.length;
        }
    }

    /** Replies to learn. */
    int replies() {
        int count = 0;
        for (Span turn : turns) {
            count += turn.learned() ? 1 : 0;
        }
        return count;
    }
}
