package dev.kaiaku.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.chat.ChatOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The parameters that chat and plain completions share. Wrong ones are {@link RequestException}s with status 400. */
final class Parameters {
    private static final int MOST_REPLIES = 8;
    private static final int MOST_STOPS = 16;
    private static final int LONGEST_STOP = 200;
    private static final int MOST_TOKENS = 1 << 20;

    private final JsonNode body;

    Parameters(JsonNode body) {
        this.body = body;
    }

    ChatOptions options(ChatOptions defaults, Duration timeout) {
        String longest = body.hasNonNull("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        try {
            return defaults.withTemperature(number("temperature", defaults.temperature(), 0, 5))
                    .withTopP(number("top_p", defaults.topP(), 0, 1))
                    .withTopK(integer("top_k", defaults.topK(), 0, MOST_TOKENS))
                    .withMinP(number("min_p", defaults.minP(), 0, 1))
                    .withPenalties(
                            number("repeat_penalty", defaults.repeatPenalty(), 0, 10),
                            number("frequency_penalty", defaults.frequencyPenalty(), -10, 10),
                            number("presence_penalty", defaults.presencePenalty(), -10, 10))
                    .withMaxTokens(integer(longest, defaults.maxTokens(), 1, MOST_TOKENS))
                    .withSeed(seed(defaults.seed()))
                    .withStop(stop())
                    .withTimeout(timeout);
        } catch (IllegalArgumentException e) {
            throw new RequestException(400, String.valueOf(e.getMessage()));
        }
    }

    boolean stream() {
        return flag(body, "stream");
    }

    boolean includeUsage() {
        return flag(body.path("stream_options"), "include_usage");
    }

    /** How many replies are wanted. */
    int replies() {
        return integer("n", 1, 1, MOST_REPLIES);
    }

    private static boolean flag(JsonNode in, String name) {
        JsonNode value = in.path(name);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw new RequestException(400, name + ": expected true or false");
        }
        return value.asBoolean(false);
    }

    /** Any integer; the engine's seeds are those from 0. */
    private int seed(int otherwise) {
        JsonNode value = body.path("seed");
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isIntegralNumber()) {
            throw new RequestException(400, "seed: expected an integer");
        }
        return value.bigIntegerValue().intValue() & Integer.MAX_VALUE;
    }

    private int integer(String name, int otherwise, int least, int most) {
        JsonNode value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
            throw new RequestException(400, name + ": expected an integer from " + least + " to " + most);
        }
        return value.asInt();
    }

    private double number(String name, double otherwise, double least, double most) {
        JsonNode value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        double number = value.asDouble();
        if (!value.isNumber() || !Double.isFinite(number) || number < least || number > most) {
            throw new RequestException(400, name + ": expected a number from " + least + " to " + most);
        }
        return number;
    }

    private List<String> stop() {
        JsonNode value = body.path("stop");
        List<String> words = new ArrayList<>();
        if (value.isTextual()) {
            words.add(value.asText());
        } else if (value.isArray()) {
            value.forEach(word -> words.add(word.isTextual() ? word.asText() : ""));
        } else if (!value.isMissingNode() && !value.isNull()) {
            words.add("");
        }
        boolean fit = words.size() <= MOST_STOPS
                && words.stream().allMatch(word -> !word.isEmpty() && word.length() <= LONGEST_STOP);
        if (!fit) {
            throw new RequestException(400, "stop: expected a text, or up to " + MOST_STOPS + " texts");
        }
        return words;
    }
}
