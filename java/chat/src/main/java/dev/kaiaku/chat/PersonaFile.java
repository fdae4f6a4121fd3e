package dev.kaiaku.chat;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.format.ControlText;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What chat has to know of a persona's file.
 *
 * @param controlText keeps what people say from being read as control tokens
 * @param contextTokens the longest context that the model was made for
 */
record PersonaFile(PersonaInfo persona, ControlText controlText, int contextTokens) {
    private static final long CONTROL = 3;
    private static final long USER_DEFINED = 4;
    private static final int LEAST_CONTEXT = 32;

    /** Reads the head of a GGUF file; throws {@link BadInputException} for any other file. */
    static PersonaFile read(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            GgufMetadata keys = file.metadata();
            PersonaInfo persona = PersonaInfo.read(keys);
            String key = keys.string("general.architecture") + ".context_length";
            long context = keys.integer(key);
            if (context < LEAST_CONTEXT || context > Integer.MAX_VALUE) {
                throw new BadInputException(
                        path + ": key " + key + " is " + context + ", expected at least " + LEAST_CONTEXT);
            }
            return new PersonaFile(persona, new ControlText(addedTexts(keys)), (int) context);
        }
    }

    /** The text that the reply goes on from, the one that training put before replies. */
    String prompt(Conversation conversation) {
        return persona.format().prompt(controlText.guard(conversation));
    }

    private static List<String> addedTexts(GgufMetadata keys) {
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
}
