package dev.kaiaku.chat.engine;

/**
 * How much of a prompt is computed at once, so that what waits for it does not wait long. Where a prompt is cut shows in
 * the last bits of what follows: the model tells it, not the clock.
 */
final class PromptStep {
    /** More at once is not faster. */
    static final int MOST = 512;

    private static final int LEAST = 32;
    /** Weights times tokens: less than a second on two processors. */
    private static final long WORK = 1L << 37;

    private PromptStep() {}

    /** Tokens of a step of a model with so many weights: a power of two. */
    static int tokens(long weights) {
        return (int) Math.max(LEAST, Math.min(MOST, Long.highestOneBit(WORK / weights)));
    }
}
