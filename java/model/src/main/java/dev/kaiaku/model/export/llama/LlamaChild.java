package dev.kaiaku.model.export.llama;

import dev.kaiaku.dataset.BadInputException;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A Java process that runs llama.cpp on one file: where llama.cpp gives up on a file it ends the process it is in,
 * which must not be ours. What it is asked goes through its standard input, the answer comes from its standard
 * output.
 */
final class LlamaChild {
    private final Class<?> main;
    private final Path gguf;

    /** @param main takes the file's path as its only argument; ends with a line on standard error where it fails */
    LlamaChild(Class<?> main, Path gguf) {
        this.main = main;
        this.gguf = gguf;
    }

    /** Writes what the process is asked. */
    @FunctionalInterface
    interface Question {
        void writeTo(DataOutputStream out) throws IOException;
    }

    /** Reads what it answers. */
    @FunctionalInterface
    interface Answer<T> {
        T readFrom(InputStream in) throws IOException;
    }

    /**
     * Runs the process from start to end.
     *
     * @throws BadInputException with llama.cpp's reason where it ends with another status than 0
     */
    <T> T run(Question question, Answer<T> answer) {
        try {
            Path errors = Files.createTempFile("kaiaku-llama", ".txt");
            try {
                return run(question, answer, errors);
            } finally {
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(gguf + ": llama.cpp cannot be run on it: " + e.getMessage(), e);
        }
    }

    private <T> T run(Question question, Answer<T> answer, Path errors) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        gguf.toAbsolutePath().toString())
                .redirectError(errors.toFile());
        // Threads that wait without spinning: twice as fast where other programs want the processors too.
        builder.environment().putIfAbsent("OMP_WAIT_POLICY", "PASSIVE");
        Process child = builder.start();
        // On a thread of its own: a child that answers while it is asked would wait for its reader.
        FutureTask<Void> asking = new FutureTask<>(() -> ask(child, question), null);
        Thread asker = new Thread(asking, "kaiaku-llama");
        asker.setDaemon(true);
        asker.start();
        try (InputStream in = child.getInputStream()) {
            T result = answer.readFrom(in);
            asking.get();
            int status = child.waitFor();
            if (status != 0) {
                throw failure(errors, status);
            }
            return result;
        } catch (IOException e) {
            throw failure(errors, waitFor(child));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            child.destroyForcibly();
        }
    }

    private static void ask(Process child, Question question) {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(child.getOutputStream()))) {
            question.writeTo(out);
        } catch (IOException e) {
            // The child has ended already; its exit status and last words tell why.
            return;
        }
    }

    private static int waitFor(Process child) throws IOException {
        try {
            return child.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private BadInputException failure(Path errors, int status) throws IOException {
        String text = new String(Files.readAllBytes(errors), StandardCharsets.UTF_8);
        String reason = text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .reduce((first, last) -> last)
                .orElse("it ended with status " + status);
        return new BadInputException(gguf + ": llama.cpp cannot run it: " + reason);
    }
}
