package dev.kaiaku.chat.engine;

/**
 * How the next token is drawn; the fields are those of {@code ChatOptions}, in the order in which they are applied
 * (penalties first, then top-k, top-p, min-p, temperature).
 *
 * @param penaltyTokens how many of the last tokens the penalties look at
 * @param seed from 0; every value gives one repeatable reply
 */
public record Sampling(
        int penaltyTokens,
        double repeatPenalty,
        double frequencyPenalty,
        double presencePenalty,
        int topK,
        double topP,
        double minP,
        double temperature,
        int seed) {
    /** Where top-p or min-p cut the tail off. */
    private static final int MOST_CANDIDATES = 128;

    /**
     * How many of the likeliest tokens to draw from, 0 for all. Sorting a whole vocabulary would take a sixth of the
     * time of a small model.
     */
    int candidates() {
        if (temperature == 0) {
            return 1;
        }
        return topK == 0 && (topP < 1 || minP > 0) ? MOST_CANDIDATES : topK;
    }

    boolean penalises() {
        return repeatPenalty != 1 || frequencyPenalty != 0 || presencePenalty != 0;
    }
}
