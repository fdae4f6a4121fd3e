package dev.kaiaku.model.export.llama;

import dev.kaiaku.bindings.LlamaFile;
import dev.kaiaku.model.format.EncodedConversation;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The process behind {@link LlamaScorer}: samples on stdin, the NLL of each as a double on stdout. */
public final class LlamaScorerMain {
    private LlamaScorerMain() {}

    /** Takes the GGUF file's path. */
    public static void main(String[] args) {
        ChildMain.run((in, out) -> {
            List<EncodedConversation> samples = read(in);
            int threads = Runtime.getRuntime().availableProcessors();
            try (LlamaFile file = LlamaBatches.open(Path.of(args[0]), samples, threads)) {
                new LlamaBatches(file).score(samples, nll -> write(out, nll));
            }
        });
    }

    private static List<EncodedConversation> read(DataInputStream in) throws IOException {
        List<EncodedConversation> samples = new ArrayList<>();
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
        return samples;
    }

    private static void write(DataOutputStream out, double nll) {
        try {
            out.writeDouble(nll);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
