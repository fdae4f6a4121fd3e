package dev.kaiaku.model.export.llama;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.ControlText;
import dev.kaiaku.model.format.ConversationEncoder;
import dev.kaiaku.model.gguf.GgufFile;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Whether llama.cpp reads the same tokens from a file's tokeniser as training did, and writes the same prompt by the
 * file's chat template.
 *
 * @param conversations that were compared
 * @param otherTokens those with other tokens
 * @param otherPrompts those with another prompt; -1 where llama.cpp does not recognise the template
 */
public record PromptParity(int conversations, int otherTokens, int otherPrompts) {

    /** Whether everything was the same. */
    public boolean holds() {
        return otherTokens == 0 && otherPrompts <= 0;
    }

    /**
     * Compares.
     *
     * @param base whose tokeniser and format training used
     * @throws BadInputException with llama.cpp's reason where it cannot load the file
     */
    public static PromptParity of(Path gguf, BaseModel base, List<Conversation> conversations, Progress progress) {
        ControlText guard = new ControlText(base.tokenizer().controlTexts(), base.chatFormat());
        List<Conversation> safe = conversations.stream().map(guard::guard).toList();
        List<String> prompts = safe.stream()
                .map(base.chatFormat()::prompt)
                .map(PromptParity::paired)
                .toList();
        String template = template(gguf);
        return new LlamaChild(PromptParityMain.class, gguf)
                .run(
                        out -> send(out, template, safe, prompts),
                        in -> receive(in, base, conversations, prompts, progress));
    }

    private static String template(Path gguf) {
        try (GgufFile file = GgufFile.open(gguf)) {
            return file.metadata().string("tokenizer.chat_template");
        }
    }

    private static void send(
            DataOutputStream out, String template, List<Conversation> conversations, List<String> prompts)
            throws IOException {
        write(out, template);
        out.writeInt(conversations.size());
        for (int i = 0; i < conversations.size(); i++) {
            write(out, prompts.get(i));
            List<Turn> turns = conversations.get(i).turns();
            out.writeInt(turns.size());
            for (Turn turn : turns) {
                write(out, turn.role().wireName());
                write(out, turn.content());
            }
        }
    }

    private static PromptParity receive(
            InputStream in, BaseModel base, List<Conversation> conversations, List<String> prompts, Progress progress)
            throws IOException {
        DataInputStream answer = new DataInputStream(in);
        boolean addBos = base.tokenizer().addBos();
        ConversationEncoder encoder = new ConversationEncoder(base.tokenizer(), base.chatFormat(), addBos);
        boolean recognised = answer.readBoolean();
        int otherTokens = 0;
        int otherPrompts = 0;
        for (int i = 0; i < prompts.size(); i++) {
            int[] tokens = new int[answer.readInt()];
            for (int j = 0; j < tokens.length; j++) {
                tokens[j] = answer.readInt();
            }
            otherTokens += Arrays.equals(tokens, encoder.prompt(conversations.get(i))) ? 0 : 1;
            if (recognised) {
                otherPrompts += read(answer).equals(prompts.get(i)) ? 0 : 1;
            }
            progress.report("comparing tokens", i + 1, prompts.size());
        }
        return new PromptParity(prompts.size(), otherTokens, recognised ? otherPrompts : -1);
    }

    /** An unpaired surrogate has no UTF-8; this makes it a question mark, as the tokeniser does. */
    private static String paired(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** Longer than {@link DataOutputStream#writeUTF} allows. */
    static void write(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String read(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
