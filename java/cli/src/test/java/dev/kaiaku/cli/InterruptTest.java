package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.SampleExport;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in a process of its own. */
final class InterruptTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void makeData() {
        Path export = SampleExport.copyTo(folder.resolve("export"));
        Program.run("dataset", "build", export, "--persona", SampleExport.PERSONA, "--out", folder.resolve("data"));
        Program.run("models", "tiny", folder.resolve("base"), "--hidden", 32, "--feed-forward", 96);
    }

    private static Object[] arguments(Path run, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("train", "--base", folder.resolve("base")));
        arguments.addAll(List.of("--data", folder.resolve("data"), "--out", run, "--seq-len", 256));
        arguments.addAll(List.of("--batch-tokens", 512, "--eval-every", 20, "--threads", 1));
        arguments.addAll(List.of(more));
        return arguments.toArray();
    }

    /** Presses Ctrl-C so many times once steps are told; the exit code. */
    private static int interrupted(Path run, int times, Object... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        for (Object argument : arguments(run, "--max-steps", 100_000)) {
            command.add(argument.toString());
        }
        for (Object argument : more) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.startsWith("step ")) {
                line = out.readLine();
            }
            assertThat(line).isNotNull();
            for (int i = 0; i < times; i++) {
                new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                        .start()
                        .waitFor();
            }
            out.lines().forEach(rest -> {});
        }
        return process.waitFor();
    }

    @Test
    void onceItFinishesTheStepAndSaves() throws Exception {
        Path run = folder.resolve("once");
        assertThat(interrupted(run, 1)).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(run.resolve("adapter/adapter_model.safetensors")).exists();
        assertThat(run.resolve("run.json")).content().contains("INTERRUPTED");
        Program other = Program.run(arguments(run, "--max-steps", 30, "--resume"));
        assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(other.complaint()).contains("--max-steps 100000, not 30");
    }

    @Test
    void twiceItLeavesAtOnceAndCanStillBeGoneOnWith() throws Exception {
        Path run = folder.resolve("twice");
        assertThat(interrupted(run, 2)).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(run.resolve("adapter")).doesNotExist();
        int saved = savedStep(run);
        assertThat(interrupted(run, 1, "--resume")).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(savedStep(run)).isGreaterThan(saved);
        assertThat(run.resolve("adapter/adapter_model.safetensors")).exists();
    }

    private static int savedStep(Path run) throws IOException {
        Matcher step = Pattern.compile("\"step\" ?: ?(\\d+)")
                .matcher(Files.readString(run.resolve("checkpoints/last/state.json")));
        assertThat(step.find()).isTrue();
        return Integer.parseInt(step.group(1));
    }
}
