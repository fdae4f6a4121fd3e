package dev.kaiaku.model.format;

import dev.kaiaku.dataset.BadInputException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out which format a base model was trained with. */
public final class ChatFormats {
    private ChatFormats() {}

    /**
     * The format whose control tokens a tokeniser has; where it has those of several, the one that the base's own
     * chat template uses.
     *
     * @param controlTexts the texts of the tokeniser's added tokens
     * @param chatTemplate the base's Jinja text, where it has one
     * @param source the base, for messages
     * @throws BadInputException where no known format fits
     */
    public static ChatFormat detect(Collection<String> controlTexts, @Nullable String chatTemplate, String source) {
        List<ChatFormat> possible = List.of(ChatFormat.values()).stream()
                .filter(format -> controlTexts.containsAll(format.controls()))
                .toList();
        if (possible.isEmpty()) {
            throw new BadInputException(source + ": a base without a known chat format: its tokeniser has the control"
                    + " tokens of none of " + ChatFormat.known() + "; choose an instruct model");
        }
        if (chatTemplate != null) {
            for (ChatFormat format : possible) {
                if (chatTemplate.contains(format.endOfTurn())) {
                    return format;
                }
            }
        }
        return possible.get(0);
    }
}
