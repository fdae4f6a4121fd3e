package dev.kaiaku.chat;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.format.ControlText;
import dev.kaiaku.model.format.Segment;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufMetadata;
import dev.kaiaku.model.gguf.GgufTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What chat has to know of a persona's file.
 *
 * @param architecture llama.cpp's name, such as {@code llama}
 * @param preTokenizer llama.cpp's name, such as {@code smollm}; empty where the file has none
 * @param types ggml's names of the types of its tensors
 * @param weights values in all its tensors
 * @param controlText keeps what people say from being read as control tokens
 * @param contextTokens the longest context that the model was made for
 * @param options how the file says that replies are best written
 */
record PersonaFile(
        PersonaInfo persona,
        String architecture,
        String preTokenizer,
        Set<String> types,
        long weights,
        ControlText controlText,
        int contextTokens,
        ChatOptions options) {
    private static final long CONTROL = 3;
    private static final long USER_DEFINED = 4;
    private static final int LEAST_CONTEXT = 32;

    /**
     * Reads the heads of the files.
     *
     * @param adapter tells who the persona is where the file itself does not; null for none
     * @throws BadInputException for files that are no persona
     */
    static PersonaFile read(Path path, @Nullable Path adapter) {
        try (GgufFile file = GgufFile.open(path)) {
            GgufMetadata keys = file.metadata();
            PersonaInfo persona = adapter == null ? PersonaInfo.read(keys) : persona(adapter);
            String architecture = keys.string("general.architecture");
            String key = architecture + ".context_length";
            long context = keys.integer(key);
            if (context < LEAST_CONTEXT || context > Integer.MAX_VALUE) {
                throw new BadInputException(
                        path + ": key " + key + " is " + context + ", expected at least " + LEAST_CONTEXT);
            }
            String preTokenizer = keys.findString("tokenizer.ggml.pre");
            return new PersonaFile(
                    persona,
                    architecture,
                    preTokenizer == null ? "" : preTokenizer,
                    file.tensors().values().stream().map(GgufTensor::typeName).collect(Collectors.toSet()),
                    file.tensors().values().stream()
                            .mapToLong(tensor -> tensor.rows() * tensor.columns())
                            .sum(),
                    new ControlText(addedTexts(keys), persona.format()),
                    (int) context,
                    ChatOptions.of(keys));
        }
    }

    /** The pieces that the reply goes on from, those that training put before replies. */
    List<Segment> prompt(List<Turn> turns) {
        return persona.format().render(controlText.guard(new Conversation(turns)), true);
    }

    private static PersonaInfo persona(Path adapter) {
        try (GgufFile file = GgufFile.open(adapter)) {
            return PersonaInfo.read(file.metadata());
        }
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
