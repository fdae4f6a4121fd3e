package dev.kaiaku.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code llama-bench}, llama.cpp's own benchmark, as a program of its own. */
final class LlamaBench {
    private final Path program;
    private final Path file;
    private final int threads;
    private final List<Double> prompt = new ArrayList<>();
    private final List<Double> write = new ArrayList<>();

    LlamaBench(Path program, Path file, int threads) {
        this.program = program;
        this.file = file;
        this.threads = threads;
    }

    /**
     * Measures a prompt from nothing, and writing as deep in the context as the two replies of a round are on average.
     *
     * @throws BadInputException where the program cannot be run, or says something else than expected
     */
    void round(int promptTokens, int replyTokens) {
        prompt.add(rate("-p", promptTokens, "-n", 0));
        write.add(rate("-p", 0, "-n", replyTokens, "-d", promptTokens + replyTokens / 2));
    }

    /** Tokens of a prompt a second, the median of the rounds. */
    double prompt() {
        return median(prompt);
    }

    /** Tokens written a second, the median of the rounds. */
    double write() {
        return median(write);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private double rate(Object... what) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-m", file.toString()));
        command.addAll(List.of("-t", Integer.toString(threads), "-r", "1", "-o", "json"));
        for (Object each : what) {
            command.add(each.toString());
        }
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            JsonNode results = new ObjectMapper().readTree(process.getInputStream());
            double rate = results.path(0).path("avg_ts").asDouble();
            if (process.waitFor() != 0 || !(rate > 0)) {
                throw new BadInputException("--llama-bench " + program + ": it measured nothing; is it llama.cpp's?");
            }
            return rate;
        } catch (IOException e) {
            throw new BadInputException("--llama-bench " + program + ": cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
