package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What one run of the program returned and printed. */
record Program(int exitCode, String out, String err) {
    static Program run(Object... args) {
        return runWithInput("", args);
    }

    /** A run that must end well. */
    static Program done(Object... args) {
        Program program = run(args);
        assertThat(program.exitCode()).as(program.err()).isEqualTo(ExitCode.DONE);
        return program;
    }

    static Program runWithInput(String input, Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console = Console.of(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out),
                new PrintWriter(err));
        String[] strings = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        return new Program(Main.run(strings, console), out.toString(), err.toString());
    }

    /** The last line of standard output as JSON. */
    JsonNode json() {
        try {
            return new ObjectMapper().readTree(lastLine(out));
        } catch (JsonProcessingException e) {
            throw new AssertionError(out, e);
        }
    }

    /** The last line of standard error, which tells what went wrong. */
    String complaint() {
        return lastLine(err);
    }

    private static String lastLine(String text) {
        return text.lines().reduce("", (first, last) -> last);
    }
}
