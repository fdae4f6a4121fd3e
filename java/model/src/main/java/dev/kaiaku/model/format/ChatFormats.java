package dev.kaiaku.model.format;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out which format a base model was trained with. */
public final class ChatFormats {
    private ChatFormats() {}

    /**
     * The format whose control tokens a tokeniser has; where it has those of several, the one that the base's own
     * chat template uses.
     *
     * @param chatTemplate the base's Jinja text, where it has one
     * @param source the base, for messages
     * @throws BadInputException where no known format fits
     */
    public static ChatFormat detect(TokenizerData tokenizer, @Nullable String chatTemplate, String source) {
        Set<String> added = Set.copyOf(tokenizer.addedTexts());
        List<ChatFormat> possible = Arrays.stream(ChatFormat.values())
                .filter(format -> added.containsAll(format.controls()))
                .filter(format -> switch (format) {
                    case MISTRAL -> tokenizer.pieces() != null;
                    case MISTRAL_TEKKEN -> tokenizer.pieces() == null;
                    // Nothing but the template tells it from a base that was never taught to chat.
                    case MISTRAL_V1 ->
                        tokenizer.pieces() != null
                                && !added.contains("[INST]")
                                && chatTemplate != null
                                && chatTemplate.contains("[INST]");
                    default -> true;
                })
                .toList();
        if (possible.isEmpty()) {
            throw new BadInputException(source + ": a base without a known chat format: its tokeniser has the control"
                    + " tokens of none of " + ChatFormat.known() + "; choose an instruct model");
        }
        if (chatTemplate != null) {
            for (ChatFormat format : possible) {
                String mark = format.markers().isEmpty()
                        ? format.controls().get(0)
                        : format.markers().get(0);
                if (chatTemplate.contains(mark)) {
                    return format;
                }
            }
        }
        return possible.get(0);
    }
}
