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
    boolean penalises() {
        return repeatPenalty != 1 || frequencyPenalty != 0 || presencePenalty != 0;
    }
}
