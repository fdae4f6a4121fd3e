package dev.kaiaku.model.export.llama;

import dev.kaiaku.bindings.LlamaFile;
import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.model.format.EncodedConversation;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The process behind {@link LlamaScorer}: samples on stdin, the NLL of each on a line of stdout. */
public final class LlamaScorerMain {
    private LlamaScorerMain() {}

    /** Takes the GGUF file's path; ends with 1 and a line on stderr where llama.cpp refuses it. */
    public static void main(String[] args) throws IOException {
        List<EncodedConversation> samples = read();
        int status = 0;
        int threads = Runtime.getRuntime().availableProcessors();
        try (LlamaFile file = LlamaBatches.open(Path.of(args[0]), samples, threads)) {
            new LlamaBatches(file).score(samples, System.out::println);
        } catch (NativeException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            status = 1;
        }
        System.out.flush();
        // Native threads may still be there; nothing is left to wait for.
        Runtime.getRuntime().halt(status);
    }

    private static List<EncodedConversation> read() throws IOException {
        List<EncodedConversation> samples = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(System.in))) {
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                int length = in.readInt();
                int[] tokens = new int[length];
                boolean[] targets = new boolean[length];
                for (int j = 0; j < length; j++) {
                    tokens[j] = in.readInt();
                    targets[j] = in.readBoolean();
                }
                samples.add(new EncodedConversation(tokens, targets));
            }
        }
        return samples;
    }
}
