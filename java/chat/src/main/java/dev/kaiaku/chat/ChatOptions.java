package dev.kaiaku.chat;

/**
 * How a persona writes its replies.
 *
 * @param temperature 0 always takes the most likely token; 1 draws as the model was trained
 * @param topP draw from the likeliest tokens that together have this probability; 1 for all
 * @param minP leave out tokens less likely than this share of the likeliest; 0 for none
 * @param maxTokens the longest reply
 * @param seed of the draws; {@link #RANDOM} takes another one for every reply
 * @param contextTokens how much of the conversation the persona sees, its reply included; at most what the
 *     model was made for
 */
public record ChatOptions(double temperature, double topP, double minP, int maxTokens, int seed, int contextTokens) {
    /** A seed that differs every time. */
    public static final int RANDOM = -1;

    public ChatOptions {
        check(temperature >= 0 && temperature <= 5, "a temperature between 0 and 5", temperature);
        check(topP > 0 && topP <= 1, "a top-p above 0, at most 1", topP);
        check(minP >= 0 && minP < 1, "a min-p from 0, below 1", minP);
        check(maxTokens > 0, "at least 1 token a reply", maxTokens);
        check(contextTokens >= 32, "a context of at least 32 tokens", contextTokens);
        check(seed >= RANDOM, "a seed from 0, or -1 for another one every time", seed);
    }

    /** Temperature 0.8, top-p 0.95, min-p 0.05, replies of up to 256 tokens in a context of 4096, a random seed. */
    public static ChatOptions defaults() {
        return new ChatOptions(0.8, 0.95, 0.05, 256, RANDOM, 4096);
    }

    public ChatOptions withTemperature(double value) {
        return new ChatOptions(value, topP, minP, maxTokens, seed, contextTokens);
    }

    public ChatOptions withTopP(double value) {
        return new ChatOptions(temperature, value, minP, maxTokens, seed, contextTokens);
    }

    public ChatOptions withMinP(double value) {
        return new ChatOptions(temperature, topP, value, maxTokens, seed, contextTokens);
    }

    public ChatOptions withMaxTokens(int value) {
        return new ChatOptions(temperature, topP, minP, value, seed, contextTokens);
    }

    public ChatOptions withSeed(int value) {
        return new ChatOptions(temperature, topP, minP, maxTokens, value, contextTokens);
    }

    public ChatOptions withContextTokens(int value) {
        return new ChatOptions(temperature, topP, minP, maxTokens, seed, value);
    }

    private static void check(boolean holds, String wanted, Number given) {
        if (!holds) {
            throw new IllegalArgumentException("expected " + wanted + ", got " + given);
        }
    }
}
