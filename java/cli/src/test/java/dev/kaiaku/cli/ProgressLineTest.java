package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final long SECOND = 1_000_000_000L;

    private final StringWriter err = new StringWriter();
    private long now = 42 * SECOND;

    private ProgressLine onTerminal(int width) {
        PrintWriter writer = new PrintWriter(err);
        return new ProgressLine(
                new Console(InputStream.nullInputStream(), writer, writer, true, true, true, width), () -> now);
    }

    private ProgressLine piped() {
        PrintWriter writer = new PrintWriter(err);
        return new ProgressLine(Console.of(InputStream.nullInputStream(), writer, writer), () -> now);
    }

    @Test
    void pipedProgressIsAPlainLineEveryFewSeconds() {
        try (ProgressLine progress = piped()) {
            for (int i = 0; i <= 100; i++) {
                progress.report("reading", i, 100);
                now += SECOND / 10;
            }
        }

        assertThat(err.toString().lines().toList())
                .containsExactly("reading  50 % 50/100  10/s  0:05 left", "reading 100 % 100/100  10/s");
    }

    @Test
    void theEndOfATaskIsToldOnceHoweverOftenItIsReported() {
        try (ProgressLine progress = piped()) {
            progress.report("reading", 0, 100);
            now += 6 * SECOND;
            progress.report("reading", 50, 100);
            for (int i = 0; i < 5; i++) {
                progress.report("reading", 100, 100);
            }
        }

        assertThat(err.toString().lines()).hasSize(2);
    }

    @Test
    void terminalLineIsDrawnOverAndNeverWraps() {
        try (ProgressLine progress = onTerminal(40)) {
            progress.report("training", 1, 9, "loss 3.211  a rather long detail that does not fit");
            now += SECOND;
            progress.report("training", 9, 9, "loss 3.1");
            now += SECOND;
        }

        String text = err.toString();
        assertThat(text)
                .startsWith("\r")
                .contains("loss 3.1")
                .doesNotContain("█")
                .endsWith(System.lineSeparator());
        assertThat(text.strip().split("\r")).allMatch(line -> line.length() < 40);
    }

    @Test
    void shortTasksLeaveNoTrace() {
        try (ProgressLine progress = piped()) {
            progress.report("reading", 1, 1);
            progress.report("writing", 1, 1);
        }
        assertThat(err.toString()).isEmpty();

        try (ProgressLine progress = onTerminal(80)) {
            progress.report("reading", 1, 1);
        }
        assertThat(err.toString()).endsWith("\r").doesNotContain(System.lineSeparator());
    }

    @Test
    void linesAboveTheProgressEraseItFirst() {
        try (ProgressLine progress = onTerminal(80)) {
            progress.report("training", 1, 2);
            progress.println("note");
        }

        assertThat(err.toString()).matches("(?s)\rtraining [^\r]*\r +\rnote\\R");
    }

    @Test
    void manyReportsAreFewWrites() {
        try (ProgressLine progress = onTerminal(80)) {
            for (int i = 0; i < 1000; i++) {
                progress.report("exporting", i, 100_000);
                now += SECOND / 1000;
            }
        }

        assertThat(err.toString().chars().filter(c -> c == '\r').count()).isBetween(5L, 15L);
    }

    @Test
    void ratesAndTimesAreShort() {
        assertThat(ProgressLine.rate(3.14159)).isEqualTo("3.1");
        assertThat(ProgressLine.rate(731.6)).isEqualTo("732");
        assertThat(ProgressLine.rate(51_700)).isEqualTo("52k");
        assertThat(ProgressLine.rate(51_700_000)).isEqualTo("51.7M");
        assertThat(ProgressLine.clockTime(61)).isEqualTo("1:01");
        assertThat(ProgressLine.clockTime(3_725)).isEqualTo("1:02:05");
    }
}
