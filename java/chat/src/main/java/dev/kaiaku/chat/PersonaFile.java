package dev.kaiaku.chat;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.format.ControlText;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What chat has to know of a persona's file.
 *
 * @param system the system message that it was trained with, if any
 * @param controlText keeps what people say from being read as control tokens
 * @param contextTokens the longest context that the model was made for
 */
record PersonaFile(
        Path path,
        String name,
        @Nullable String system,
        ChatFormat format,
        ControlText controlText,
        int contextTokens) {
    private static final long CONTROL = 3;
    private static final long USER_DEFINED = 4;

    /** Reads the head of a GGUF file; throws {@link BadInputException} for any other file. */
    static PersonaFile read(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            GgufMetadata keys = file.metadata();
            @Nullable String name = keys.findString("kaiaku.persona");
            @Nullable String format = keys.findString("kaiaku.format");
            if (name == null || format == null) {
                throw new BadInputException(
                        path + ": holds no persona (key kaiaku.persona or kaiaku.format is missing);"
                                + " chat opens files that `kaiaku-train export` wrote");
            }
            long context = keys.integer(keys.string("general.architecture") + ".context_length");
            return new PersonaFile(
                    path,
                    name,
                    keys.findString("kaiaku.system"),
                    ChatFormat.byId(format),
                    new ControlText(controlTexts(keys)),
                    (int) Math.min(Math.max(context, 0), Integer.MAX_VALUE));
        }
    }

    private static List<String> controlTexts(GgufMetadata keys) {
        List<String> tokens = keys.strings("tokenizer.ggml.tokens");
        List<Long> types = keys.integers("tokenizer.ggml.token_type");
        if (tokens.size() != types.size()) {
            throw new BadInputException(
                    keys.path() + ": " + tokens.size() + " tokens have " + types.size() + " token types");
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            if (types.get(i) == CONTROL || types.get(i) == USER_DEFINED) {
                texts.add(tokens.get(i));
            }
        }
        return texts;
    }

    /** The text that the reply goes on from, the one that training put before replies. */
    String prompt(Conversation conversation) {
        return format.prompt(controlText.guard(conversation));
    }
}
