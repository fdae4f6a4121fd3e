package dev.kaiaku.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.report.DatasetStats;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dataset stats}: what an export holds, before anything is made of it. */
@Command(
        name = "stats",
        description = "Show who wrote how much, what the formats tell of it, and what cleaning would leave out.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train dataset stats chat.csv",
            "  kaiaku-train dataset stats exports/ --clean off --json",
            "",
            "No text of the chat is shown."
        })
final class StatsCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final Console console;

    @Spec
    private CommandSpec spec;

    @Mixin
    private JsonOption json;

    @Parameters(arity = "1..*", paramLabel = "EXPORT", description = ReadOptions.EXPORTS)
    private List<Path> exports;

    @Mixin
    private ReadOptions reading;

    @Option(names = "--people", paramLabel = "N", description = "How many people to list (default: 20).")
    private int people = 20;

    StatsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        DatasetOptions options;
        try {
            options = reading.resolve().build();
        } catch (BadInputException e) {
            throw new ParameterException(spec.commandLine(), Failures.oneLine(e), e);
        }
        DatasetStats stats;
        try (ProgressLine progress = new ProgressLine(console)) {
            stats = DatasetStats.of(exports, options, people, progress);
        }
        if (json.wanted()) {
            console.out().println(JSON.writeValueAsString(stats));
        } else {
            print(stats, console.out());
        }
        console.out().flush();
        return ExitCode.DONE;
    }

    private static void print(DatasetStats stats, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%,d messages by %,d people in %,d channels (%s), %s to %s; %,d are left after cleaning, in %,d sessions.%n",
                stats.messages(),
                stats.authors(),
                stats.channels(),
                String.join(", ", stats.formats()),
                stats.from().substring(0, 10),
                stats.to().substring(0, 10),
                stats.kept(),
                stats.sessions());
        counts(out, "kinds", stats.kinds());
        counts(out, "left out", stats.dropped());
        counts(out, "changed", stats.changed());
        counts(out, "private details", stats.scrubbed());
        out.printf(
                Locale.ROOT,
                "replies: %,d (%,d to messages that are here); with reactions: %,d; with media: %,d%n",
                stats.replies(),
                stats.answered(),
                stats.withReactions(),
                stats.withMedia());
        stats.warnings().forEach(out::println);
        if (stats.badRows() > 0) {
            out.println(stats.badRows() + " rows cannot be read, the first: "
                    + stats.firstBadRows().get(0));
        }
        out.println();
        out.printf("%9s %9s %9s  %-20s %s%n", "messages", "kept", "replies", "id", "name");
        for (DatasetStats.Member member : stats.people()) {
            out.printf(
                    Locale.ROOT,
                    "%,9d %,9d %,9d  %-20s %s%n",
                    member.messages(),
                    member.kept(),
                    member.replies(),
                    TerminalText.safe(member.id()),
                    TerminalText.safe(member.name()));
        }
    }

    private static void counts(PrintWriter out, String title, Map<String, Long> counts) {
        if (!counts.isEmpty()) {
            String line = counts.entrySet().stream()
                    .map(entry -> String.format(Locale.ROOT, "%s %,d", entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(", ", title + ": ", ""));
            out.println(line);
        }
    }
}
