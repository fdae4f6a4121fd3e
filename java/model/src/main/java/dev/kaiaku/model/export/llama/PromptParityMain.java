package dev.kaiaku.model.export.llama;

import dev.kaiaku.bindings.LlamaFile;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The process behind {@link PromptParity}: prompts and messages on stdin, tokens and prompts on stdout. */
public final class PromptParityMain {
    private static final List<LlamaFile.Message> HELLO = List.of(new LlamaFile.Message("user", "hi"));

    private PromptParityMain() {}

    /** Takes the GGUF file's path. */
    public static void main(String[] args) {
        ChildMain.run((in, out) -> {
            try (LlamaFile file = LlamaFile.openVocabulary(Path.of(args[0]))) {
                answer(file, in, out);
            }
        });
    }

    private static void answer(LlamaFile file, DataInputStream in, DataOutputStream out) throws IOException {
        String template = PromptParity.read(in);
        boolean recognised = LlamaFile.render(template, HELLO).isPresent();
        out.writeBoolean(recognised);
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            int[] tokens = file.tokenize(PromptParity.read(in), true, true);
            out.writeInt(tokens.length);
            for (int token : tokens) {
                out.writeInt(token);
            }
            List<LlamaFile.Message> messages = messages(in);
            if (recognised) {
                Optional<String> prompt = LlamaFile.render(template, messages);
                PromptParity.write(out, prompt.orElse(""));
            }
        }
    }

    private static List<LlamaFile.Message> messages(DataInputStream in) throws IOException {
        List<LlamaFile.Message> messages = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            messages.add(new LlamaFile.Message(PromptParity.read(in), PromptParity.read(in)));
        }
        return messages;
    }
}
