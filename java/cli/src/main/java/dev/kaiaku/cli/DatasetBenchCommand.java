package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.report.MadeUpExport;
import dev.kaiaku.model.adapter.DirectorySwap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench dataset}: how long a large export takes, the start of Java included. */
@Command(
        name = "dataset",
        description = "Measure how long datasets of a large export take, the start of Java included.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train bench dataset --json",
            "  kaiaku-train bench dataset --export big.csv --persona ana --baseline native/bench/baselines/pandas_dataset.py",
            "",
            "Each is the best of some rounds, in a process of its own; they take turns."
        })
final class DatasetBenchCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private JsonOption json;

    @Option(names = "--messages", paramLabel = "N", description = "Length of the made-up export (default: 600000).")
    private int messages = 600_000;

    @Option(names = "--export", paramLabel = "FILE", description = "Another export to measure.")
    private @Nullable Path export;

    @Option(names = "--persona", paramLabel = "NAME", description = "Whom to imitate (default: ana).")
    private String persona = MadeUpExport.PERSONA;

    @Option(names = "--rounds", paramLabel = "N", description = "How often each is done (default: 3).")
    private int rounds = 3;

    @Option(
            names = "--baseline",
            paramLabel = "SCRIPT",
            description = "A Python script that takes CSV, persona and output, to compare with.")
    private @Nullable Path baseline;

    @Option(names = "--python", paramLabel = "PROGRAM", description = "Runs the baseline (default: python3).")
    private String python = "python3";

    DatasetBenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try {
            Path folder = Files.createTempDirectory("kaiaku-bench");
            try {
                measure(folder);
            } finally {
                DirectorySwap.remove(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ExitCode.DONE;
    }

    private void measure(Path folder) throws IOException {
        Path csv = export == null ? folder.resolve("export.csv") : export;
        if (export == null) {
            MadeUpExport.write(csv, messages);
        }
        String out = folder.resolve("data").toString();
        List<String> build = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        // As the launcher starts both this and `dataset build`.
        build.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        build.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "dataset", "build"));
        build.addAll(List.of(csv.toString(), "--persona", persona, "--out", out));
        List<List<String>> commands = new ArrayList<>();
        commands.add(with(build, "--context", "block", "--scrub", "off"));
        commands.add(build);
        if (baseline != null) {
            commands.add(List.of(
                    python,
                    baseline.toString(),
                    csv.toString(),
                    persona,
                    folder.resolve("baseline.jsonl").toString()));
        }
        double[] seconds = best(commands);
        double block = seconds[0];
        double all = seconds[1];
        Summary summary = new Summary()
                .put("bytes", Files.size(csv))
                .put("block_seconds", block)
                .put("all_seconds", all)
                .line(String.format(Locale.ROOT, "%,d bytes", Files.size(csv)))
                .line(String.format(Locale.ROOT, "block, cleaned            %6.2f s", block))
                .line(String.format(Locale.ROOT, "session, scrubbed, scored %6.2f s", all));
        if (baseline != null) {
            double compared = seconds[2];
            summary.put("baseline_seconds", compared)
                    .put("block_share", block / compared)
                    .put("all_share", all / compared)
                    .line(String.format(Locale.ROOT, "baseline                  %6.2f s", compared))
                    .line(String.format(
                            Locale.ROOT,
                            "of the baseline's time: block %.2f, all %.2f",
                            block / compared,
                            all / compared));
        }
        json.print(console, summary);
    }

    private static List<String> with(List<String> command, String... more) {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of(more));
        return whole;
    }

    /** Seconds of each command's fastest round; they take turns, so that what else the machine does meets all alike. */
    private double[] best(List<List<String>> commands) throws IOException {
        double[] best = new double[commands.size()];
        Arrays.fill(best, Double.POSITIVE_INFINITY);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < best.length; i++) {
                best[i] = Math.min(best[i], seconds(commands.get(i)));
            }
        }
        return best;
    }

    private static double seconds(List<String> command) throws IOException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            if (process.waitFor() != 0) {
                throw new BadInputException(command.get(0) + " ended with " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
