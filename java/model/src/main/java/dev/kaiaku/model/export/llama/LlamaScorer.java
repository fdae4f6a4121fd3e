package dev.kaiaku.model.export.llama;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.format.EncodedConversation;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Scores token sequences with llama.cpp itself, so that what a file is worth is not judged by its writer. A
 * process of its own does it: where llama.cpp gives up on a file it ends the process it is in. Only token ids
 * go there, no text.
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
        try {
            Path errors = Files.createTempFile("kaiaku-score", ".txt");
            try {
                return score(gguf, samples, progress, errors);
            } finally {
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(gguf + ": cannot be scored: " + e.getMessage(), e);
        }
    }

    private static LlamaScore score(Path gguf, List<EncodedConversation> samples, Progress progress, Path errors)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LlamaScorerMain.class.getName(),
                        gguf.toAbsolutePath().toString())
                .redirectError(errors.toFile());
        // Threads that wait without spinning: twice as fast where other programs want the processors too.
        builder.environment().putIfAbsent("OMP_WAIT_POLICY", "PASSIVE");
        Process child = builder.start();
        try {
            send(child, samples);
            double[] nll = new double[samples.size()];
            int scored = receive(child, nll, progress);
            int status = child.waitFor();
            if (status != 0 || scored != nll.length) {
                throw new BadInputException(gguf + ": llama.cpp cannot score it: " + lastLine(errors, status));
            }
            return new LlamaScore(
                    nll, samples.stream().mapToLong(LlamaBatches::targets).sum());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            child.destroyForcibly();
        }
    }

    private static void send(Process child, List<EncodedConversation> samples) {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(child.getOutputStream()))) {
            out.writeInt(samples.size());
            for (EncodedConversation sample : samples) {
                out.writeInt(sample.tokens().length);
                for (int i = 0; i < sample.tokens().length; i++) {
                    out.writeInt(sample.tokens()[i]);
                    out.writeBoolean(sample.targets()[i]);
                }
            }
        } catch (IOException e) {
            // The child has ended already; its exit status and last words tell why.
            return;
        }
    }

    private static int receive(Process child, double[] nll, Progress progress) throws IOException {
        int scored = 0;
        try (BufferedReader lines = child.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (scored == nll.length) {
                    return -1;
                }
                nll[scored] = parse(line);
                if (!Double.isFinite(nll[scored])) {
                    return -1;
                }
                progress.report("scoring", ++scored, nll.length);
            }
        }
        return scored;
    }

    private static double parse(String line) {
        try {
            return Double.parseDouble(line);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static String lastLine(Path errors, int status) throws IOException {
        String text = new String(Files.readAllBytes(errors), StandardCharsets.UTF_8);
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .reduce((first, last) -> last)
                .orElse("status " + status + " and no finite loss");
    }
}
