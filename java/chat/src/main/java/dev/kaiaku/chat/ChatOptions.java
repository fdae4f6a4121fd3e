package dev.kaiaku.chat;

import dev.kaiaku.chat.engine.Sampling;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.export.SamplingInfo;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufMetadata;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a persona writes its replies. Immutable; made from {@link #defaults} and changed by its {@code with} methods.
 *
 * @param temperature 0 always takes the most likely token; 1 draws as the model was trained
 * @param topK draw from this many of the likeliest tokens; 0 for all, or 128 where top-p or min-p leave some out
 * @param topP draw from the likeliest tokens that together have this probability; 1 for all
 * @param minP leave out tokens less likely than this share of the likeliest; 0 for none
 * @param repeatPenalty divides the logits of the last {@value #PENALTY_TOKENS} tokens; 1 for none
 * @param frequencyPenalty taken off a token's logit for each time that it was among them; 0 for none
 * @param presencePenalty taken off a token's logit if it was among them; 0 for none
 * @param maxTokens the longest reply
 * @param seed of the draws; {@link #RANDOM} takes another one for every reply
 * @param stop texts that end a reply, themselves left out
 * @param timeout after which a reply ends with what there is; zero for none
 */
public record ChatOptions(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repeatPenalty,
        double frequencyPenalty,
        double presencePenalty,
        int maxTokens,
        int seed,
        List<String> stop,
        Duration timeout) {
    /** A seed that differs every time. */
    public static final int RANDOM = -1;

    /** How far back the penalties look. */
    public static final int PENALTY_TOKENS = 64;

    public ChatOptions {
        check(temperature >= 0 && temperature <= 5, "a temperature between 0 and 5", temperature);
        check(topK >= 0, "a top-k of 0 or more", topK);
        check(topP > 0 && topP <= 1, "a top-p above 0, at most 1", topP);
        check(minP >= 0 && minP < 1, "a min-p from 0, below 1", minP);
        check(repeatPenalty > 0 && repeatPenalty <= 10, "a repeat penalty above 0, at most 10", repeatPenalty);
        check(Math.abs(frequencyPenalty) <= 10, "a frequency penalty from -10 to 10", frequencyPenalty);
        check(Math.abs(presencePenalty) <= 10, "a presence penalty from -10 to 10", presencePenalty);
        check(maxTokens > 0, "at least 1 token a reply", maxTokens);
        check(seed >= RANDOM, "a seed from 0, or -1 for another one every time", seed);
        stop = List.copyOf(stop);
        if (stop.contains("")) {
            throw new IllegalArgumentException("expected stop words that are not empty");
        }
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("expected a timeout that is not negative, got " + timeout);
        }
    }

    /** Temperature 0.8, top-p 0.95, min-p 0.05, no penalties, up to 256 tokens, a random seed, no timeout. */
    public static ChatOptions defaults() {
        return new ChatOptions(0.8, 0, 0.95, 0.05, 1, 0, 0, 256, RANDOM, List.of(), Duration.ZERO);
    }

    /**
     * {@link #defaults}, but for what a model's file says of how its replies are best drawn.
     *
     * @throws BadInputException for a file that is broken, or says what cannot be
     */
    public static ChatOptions of(Path gguf) {
        try (GgufFile file = GgufFile.open(gguf)) {
            return of(file.metadata());
        }
    }

    static ChatOptions of(GgufMetadata keys) {
        try {
            return of(SamplingInfo.read(keys));
        } catch (IllegalArgumentException e) {
            throw new BadInputException(keys.path() + ": keys general.sampling.*: " + e.getMessage(), e);
        }
    }

    /** {@link #defaults}, but for what is known of how replies are best drawn; null for nothing. */
    public static ChatOptions of(@Nullable SamplingInfo known) {
        return known == null
                ? defaults()
                : defaults()
                        .withTemperature(known.temperature())
                        .withTopP(known.topP())
                        .withMinP(known.minP());
    }

    public ChatOptions withTemperature(double value) {
        return copy(value, topK, topP, minP, maxTokens, seed);
    }

    public ChatOptions withTopK(int value) {
        return copy(temperature, value, topP, minP, maxTokens, seed);
    }

    public ChatOptions withTopP(double value) {
        return copy(temperature, topK, value, minP, maxTokens, seed);
    }

    public ChatOptions withMinP(double value) {
        return copy(temperature, topK, topP, value, maxTokens, seed);
    }

    public ChatOptions withMaxTokens(int value) {
        return copy(temperature, topK, topP, minP, value, seed);
    }

    public ChatOptions withSeed(int value) {
        return copy(temperature, topK, topP, minP, maxTokens, value);
    }

    public ChatOptions withPenalties(double repeat, double frequency, double presence) {
        return new ChatOptions(
                temperature, topK, topP, minP, repeat, frequency, presence, maxTokens, seed, stop, timeout);
    }

    public ChatOptions withStop(List<String> value) {
        return new ChatOptions(
                temperature,
                topK,
                topP,
                minP,
                repeatPenalty,
                frequencyPenalty,
                presencePenalty,
                maxTokens,
                seed,
                value,
                timeout);
    }

    public ChatOptions withTimeout(Duration value) {
        return new ChatOptions(
                temperature,
                topK,
                topP,
                minP,
                repeatPenalty,
                frequencyPenalty,
                presencePenalty,
                maxTokens,
                seed,
                stop,
                value);
    }

    /** What the engine has to know, with the seed of one reply. */
    Sampling sampling(int replySeed) {
        return new Sampling(
                PENALTY_TOKENS,
                repeatPenalty,
                frequencyPenalty,
                presencePenalty,
                topK,
                topP,
                minP,
                temperature,
                replySeed);
    }

    private ChatOptions copy(
            double newTemperature, int newTopK, double newTopP, double newMinP, int newMaxTokens, int newSeed) {
        return new ChatOptions(
                newTemperature,
                newTopK,
                newTopP,
                newMinP,
                repeatPenalty,
                frequencyPenalty,
                presencePenalty,
                newMaxTokens,
                newSeed,
                stop,
                timeout);
    }

    private static void check(boolean holds, String wanted, Number given) {
        if (!holds) {
            throw new IllegalArgumentException("expected " + wanted + ", got " + given);
        }
    }
}
