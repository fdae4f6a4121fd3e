package dev.kaiaku.model.export.llama;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.format.EncodedConversation;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Scores token sequences with llama.cpp itself, in a process of its own, so that what a file is worth is not judged
 * by its writer. Only token ids go there, no text.
 */
public final class LlamaScorer {
    private LlamaScorer() {}

    /**
     * Scores every target of every sample, each sample on its own.
     *
     * @param progress told in samples
     * @throws BadInputException with llama.cpp's reason where it cannot load or run the file
     */
    public static LlamaScore score(Path gguf, List<EncodedConversation> samples, Progress progress) {
        double[] nll = new LlamaChild(LlamaScorerMain.class, gguf)
                .run(out -> send(out, samples), in -> receive(in, new double[samples.size()], progress));
        for (double sum : nll) {
            if (!Double.isFinite(sum)) {
                throw new BadInputException(gguf + ": llama.cpp computes no finite loss from it");
            }
        }
        return new LlamaScore(
                nll, samples.stream().mapToLong(LlamaBatches::targets).sum());
    }

    private static void send(DataOutputStream out, List<EncodedConversation> samples) throws IOException {
        out.writeInt(samples.size());
        for (EncodedConversation sample : samples) {
            out.writeInt(sample.tokens().length);
            for (int i = 0; i < sample.tokens().length; i++) {
                out.writeInt(sample.tokens()[i]);
                out.writeBoolean(sample.targets()[i]);
            }
        }
    }

    private static double[] receive(InputStream in, double[] nll, Progress progress) throws IOException {
        DataInputStream answer = new DataInputStream(in);
        for (int i = 0; i < nll.length; i++) {
            nll[i] = answer.readDouble();
            progress.report("scoring", i + 1, nll.length);
        }
        return nll;
    }
}
