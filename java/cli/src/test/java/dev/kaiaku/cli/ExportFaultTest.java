package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kaiaku.dataset.SampleExport;
import dev.kaiaku.dataset.input.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An export in a process of its own that is killed, or runs out of disk: no half file, and the next one works. */
final class ExportFaultTest {
    private static final String GGUF = "--quant F32,Q8_0,Q4_K_M";
    private static final String SAFETENSORS = "--to safetensors --quant F32";
    private static final int KILLS = 8;

    @TempDir
    static Path folder;

    static Path run;
    static Map<String, String> adapter;

    @BeforeAll
    static void train() throws IOException {
        Path export = SampleExport.copyTo(folder.resolve("export"));
        Path data = folder.resolve("data");
        Path base = folder.resolve("base");
        run = folder.resolve("run");
        Program.done("dataset", "build", export, "--persona", SampleExport.PERSONA, "--out", data);
        Program.done("models", "tiny", base, "--hidden", 256, "--feed-forward", 768, "--layers", 12);
        Program.done("train", "--base", base, "--data", data, "--out", run, "--max-steps", 1, "--batch-tokens", 128);
        adapter = files(run.resolve("adapter"));
        // Unpacks the native libraries, for which later children have no room.
        Program.done("export", run, "--out", folder.resolve("first.gguf"));
    }

    @ParameterizedTest
    @ValueSource(strings = {GGUF, SAFETENSORS})
    void killed(String options) throws Exception {
        Path whole = folder.resolve("whole" + options.length());
        Program.done(arguments(whole, options).toArray());
        Map<String, String> expected = files(whole);
        Path out = folder.resolve("killed" + options.length());
        Random random = new Random(1);
        int halfway = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = start(List.of(), program(arguments(out, options)));
            while (process.isAlive() && unfinished(out, process.pid()) == 0) {
                Thread.sleep(1);
            }
            process.waitFor(random.nextInt(60), TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
            halfway += unfinished(out, process.pid()) > 0 ? 1 : 0;
            assertThat(expected).containsAllEntriesOf(files(out));
            assertThat(files(run.resolve("adapter"))).isEqualTo(adapter);
        }
        assertThat(halfway).as("of %d killed while they wrote", KILLS).isPositive();

        Program.done(arguments(out, options).toArray());
        assertThat(files(out)).isEqualTo(expected);
        assertThat(unfinished(out)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {GGUF, SAFETENSORS, "--to gguf-lora", "--to peft", "--to ollama"})
    void fullDisk(String options) throws Exception {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        assumeTrue(
                start(smallDisk(disk), List.of("true")).waitFor() == 0, "this system lets nobody mount a small disk");
        Path out = disk.resolve(options.equals("--to gguf-lora") ? "lora.gguf" : "folder");
        assertThat(complaint(smallDisk(disk), arguments(out, options)))
                .contains("the disk is full")
                .contains("Left: .");
    }

    /** A shell that runs its arguments where {@code folder} is a disk of its own, and tells what they leave there. */
    private static List<String> smallDisk(Path folder) {
        String script = """
                mount -t tmpfs -o size=256k none "$0" || exit 99
                "$@"
                code=$?
                echo "Left:" $(find "$0" -type f -printf '%P ') . >&2
                exit $code
                """;
        return List.of("unshare", "--map-root-user", "--mount", "bash", "-c", script, folder.toString());
    }

    @Test
    void fileLargerThanAllowed() throws Exception {
        Path out = folder.resolve("limited");
        assertThat(complaint(List.of("bash", "-c", "ulimit -f 1000; exec \"$0\" \"$@\""), arguments(out, GGUF)))
                .contains("over the limit of this disk or account");
        assertThat(files(out)).isEmpty();
        assertThat(unfinished(out)).isZero();
        Program.done(arguments(out, GGUF).toArray());
    }

    /** What a child says that must fail with one line. */
    private static String complaint(List<String> before, List<Object> arguments) throws Exception {
        Process process = start(before, program(arguments));
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(said.lines().filter(line -> line.startsWith("kaiaku-train: ")))
                .as(said)
                .hasSize(1);
        assertThat(said).doesNotContain("Exception");
        assertThat(files(run.resolve("adapter"))).isEqualTo(adapter);
        return said;
    }

    private static List<Object> arguments(Path out, String options) {
        List<Object> arguments = new ArrayList<>(List.of("export", run, "--out", out));
        arguments.addAll(List.of(options.split(" ")));
        return arguments;
    }

    private static List<String> program(List<Object> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        arguments.forEach(argument -> command.add(argument.toString()));
        return command;
    }

    private static Process start(List<String> before, List<String> command) throws IOException {
        List<String> whole = new ArrayList<>(before);
        whole.addAll(command);
        return new ProcessBuilder(whole)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Hashes of the files in a folder under their final names; none where there is no folder. */
    private static Map<String, String> files(Path directory) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> all = Files.list(directory)) {
                all.filter(file -> !file.toString().endsWith(".tmp"))
                        .forEach(file -> hashes.put(file.getFileName().toString(), Sha256.of(file)));
            }
        }
        return hashes;
    }

    private static long unfinished(Path directory) throws IOException {
        return unfinished(directory, "");
    }

    private static long unfinished(Path directory, long pid) throws IOException {
        return unfinished(directory, "." + pid + "-");
    }

    /** How many files or folders under temporary names there are in a folder and beside it. */
    private static long unfinished(Path directory, String part) throws IOException {
        long count = 0;
        for (Path place : List.of(directory, folder)) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> all = Files.list(place)) {
                    count += all.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".tmp") && name.contains(part))
                            .count();
                }
            }
        }
        return count;
    }
}
