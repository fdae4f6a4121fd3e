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
    private final int rounds;

    LlamaBench(Path program, Path file, int threads, int rounds) {
        this.program = program;
        this.file = file;
        this.threads = threads;
        this.rounds = rounds;
    }

    /** Tokens a second. */
    record Speed(double prompt, double write) {}

    /**
     * Measures a prompt from nothing, and writing after it.
     *
     * @throws BadInputException where the program cannot be run, or says something else than expected
     */
    Speed run(int promptTokens, int replyTokens) {
        return new Speed(rate("-p", promptTokens, "-n", 0), rate("-p", 0, "-n", replyTokens, "-d", promptTokens));
    }

    private double rate(Object... what) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-m", file.toString()));
        command.addAll(List.of("-t", Integer.toString(threads), "-r", Integer.toString(rounds), "-o", "json"));
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
