package dev.kaiaku.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recognises SentencePiece's BPE in a {@code tokenizer.json}. */
final class PieceReader {
    private static final String SPACE = String.valueOf(Pieces.SPACE);

    private PieceReader() {}

    /** Whether the file holds such a tokeniser: BPE of characters that falls back on bytes. */
    static boolean reads(JsonNode root) {
        JsonNode model = root.path("model");
        return model.path("type").asText("BPE").equals("BPE")
                && model.path("byte_fallback").asBoolean()
                && spacePrefix(root) != null;
    }

    /**
     * Whether text gets a space in front; null where spaces are treated in a way that llama.cpp does not know. A
     * space at the very start alone counts as none, because sequences start with a control token, unless there are
     * no control tokens for instructions and their words stand at the start.
     */
    static @Nullable Boolean spacePrefix(JsonNode root) {
        @Nullable Boolean normalised = normaliser(root.path("normalizer"));
        JsonNode pre = root.path("pre_tokenizer");
        return switch (pre.path("type").asText()) {
            case "" -> normalised;
            // Cuts at spaces, of which the normaliser leaves none.
            case "Split" -> pre.path("pattern").path("String").asText().equals(" ") ? normalised : null;
            case "Metaspace" -> root.path("normalizer").isObject() ? null : metaspace(pre, root);
            default -> null;
        };
    }

    private static @Nullable Boolean metaspace(JsonNode pre, JsonNode root) {
        if (!pre.path("replacement").asText().equals(SPACE) || pre.path("split").asBoolean(true)) {
            return null;
        }
        String scheme =
                pre.path("prepend_scheme").asText(pre.path("add_prefix_space").asBoolean(true) ? "always" : "never");
        boolean instructions = false;
        for (JsonNode token : root.path("added_tokens")) {
            instructions |= token.path("content").asText().equals("[INST]");
        }
        return scheme.equals("always") || (scheme.equals("first") && !instructions);
    }

    /** True where the normaliser puts a space in front, false where not, null where it is another. */
    private static @Nullable Boolean normaliser(JsonNode normaliser) {
        List<JsonNode> steps = new ArrayList<>();
        if (normaliser.path("type").asText().equals("Sequence")) {
            normaliser.path("normalizers").forEach(steps::add);
        } else {
            steps.add(normaliser);
        }
        boolean prefix = false;
        boolean replaced = false;
        for (JsonNode step : steps) {
            switch (step.path("type").asText()) {
                case "Prepend" -> prefix = step.path("prepend").asText().equals(SPACE);
                case "Replace" ->
                    replaced = step.path("pattern").path("String").asText().equals(" ")
                            && step.path("content").asText().equals(SPACE);
                default -> {
                    return null;
                }
            }
        }
        return replaced ? prefix : null;
    }

    /** Scores that merge in the order of a list of merges: the earlier the first merge into a token, the higher. */
    static List<Float> scores(List<String> tokens, JsonNode merges) {
        Map<String, Float> ranks = new HashMap<>();
        for (JsonNode merge : merges) {
            String whole = merge.isArray()
                    ? merge.path(0).asText() + merge.path(1).asText()
                    : merge.asText().replace(" ", "");
            ranks.putIfAbsent(whole, (float) -ranks.size());
        }
        float last = -ranks.size();
        return tokens.stream()
                .map(token -> ranks.getOrDefault(token.replace(' ', Pieces.SPACE), last))
                .toList();
    }
}
