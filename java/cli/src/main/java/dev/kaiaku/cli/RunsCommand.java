package dev.kaiaku.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.trainer.RunFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code runs}: what was trained. */
@Command(name = "runs", description = "List training runs, or compare two.")
final class RunsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: list or compare");
    }

    /** {@code runs list}. */
    @Command(
            name = "list",
            description = "List the runs in a folder and the folders in it.",
            footer = {"", "Examples:", "  kaiaku-train runs list", "  kaiaku-train runs list ana --json"})
    static final class ListRuns implements Callable<Integer> {
        private final Console console;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "DIR", arity = "0..1", description = "Where to look (default: here).")
        private Path folder = Path.of("");

        ListRuns(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            List<RunRow> rows =
                    new Project(folder).runs().stream().map(RunRow::read).toList();
            Summary summary = new Summary().runs(rows);
            if (rows.isEmpty()) {
                summary.line("No runs here; `kaiaku-train train` makes one.");
            }
            json.print(console, summary);
            return ExitCode.DONE;
        }
    }

    /** {@code runs compare}. */
    @Command(
            name = "compare",
            description = "Show in what two runs differ, and which predicts held-out replies better.",
            footer = {"", "Example:", "  kaiaku-train runs compare ana/run-a ana/run-b"})
    static final class Compare implements Callable<Integer> {
        private static final ObjectMapper JSON = new ObjectMapper();

        private final Console console;

        @Mixin
        private JsonOption json;

        @Parameters(index = "0", paramLabel = "A", description = "Folder of a run.")
        private Path first;

        @Parameters(index = "1", paramLabel = "B", description = "Folder of another.")
        private Path second;

        Compare(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            RunRow a = RunRow.read(first);
            RunRow b = RunRow.read(second);
            Map<String, String> left = leaves(first);
            Map<String, String> right = leaves(second);
            List<List<String>> differences = new ArrayList<>();
            TreeSet<String> names = new TreeSet<>(left.keySet());
            names.addAll(right.keySet());
            for (String name : names) {
                String mine = left.getOrDefault(name, "–");
                String theirs = right.getOrDefault(name, "–");
                if (!mine.equals(theirs)) {
                    differences.add(List.of(name, mine, theirs));
                }
            }
            boolean comparable = a.heldOut().equals(b.heldOut())
                    && a.file().baseHash().equals(b.file().baseHash());
            json.print(console, new Summary().comparison(a, b, differences, comparable));
            return ExitCode.DONE;
        }

        /** Values of a run by their path, such as {@code options.lora.rank}. */
        private static Map<String, String> leaves(Path run) {
            Path file = run.resolve(RunFile.FILE);
            try {
                Map<String, String> leaves = new LinkedHashMap<>();
                collect("", JSON.readTree(Files.readAllBytes(file)), leaves);
                return leaves;
            } catch (IOException e) {
                throw new UncheckedIOException(file + ": " + e.getMessage(), e);
            }
        }

        private static void collect(String path, JsonNode node, Map<String, String> leaves) {
            if (node.isObject()) {
                node.properties()
                        .forEach(field -> collect(
                                path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                                field.getValue(),
                                leaves));
            } else {
                leaves.put(path, node.isFloat() || node.isDouble() ? shortened(node.asDouble()) : node.asText());
            }
        }

        private static String shortened(double value) {
            return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.6g", value);
        }
    }
}
