package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.adapter.DirectorySwap;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.TrainResult.StopReason;
import dev.kaiaku.trainer.options.Device;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are cut short in every way and end like one that was not. */
final class ResumeTest {
    private static final Path TINY = Path.of("../../models/tiny");
    private static final int KILLS = 30;

    @TempDir
    static Path folder;

    private static Path data;
    private static BaseModel base;
    private static TrainResult uninterrupted;

    @BeforeAll
    static void trainOnce() throws IOException {
        data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(data.resolve("train.jsonl"), conversations(0, 30));
        Files.writeString(data.resolve("validation.jsonl"), conversations(30, 36));
        base = BaseModels.open(TINY);
        uninterrupted = resume("uninterrupted", ResumeProgram.options(), new StopSignal());
        assertThat(uninterrupted.stopReason()).isEqualTo(StopReason.COMPLETED);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    private static String conversations(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> """
                    {"messages":[{"role":"user","content":"[ana]: and %d?"},\
                    {"role":"assistant","content":"ahoy ahoy, %d"}]}
                    """.formatted(i * i, i % 3))
                .collect(Collectors.joining());
    }

    private static TrainResult resume(String run, TrainOptions options, StopSignal stop) {
        return Trainer.resume(base, data, folder.resolve(run), options, TrainListener.SILENT, stop);
    }

    private static void assertSameAsUninterrupted(Path run) throws IOException {
        assertThat(metrics(run)).isEqualTo(metrics(folder.resolve("uninterrupted")));
        assertThat(run.resolve("adapter/adapter_model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("uninterrupted/adapter/adapter_model.safetensors"));
    }

    /** Lines of the log without times and memory. */
    private static List<JsonNode> metrics(Path run) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String text : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            ObjectNode line = (ObjectNode) json.readTree(text);
            lines.add(line.without(List.of("seconds", "tokens_per_second", "memory_bytes")));
        }
        return lines;
    }

    @Test
    void killedAtRandomMomentsItEndsWithTheSameBytes() throws Exception {
        Random random = new Random(1);
        Path run = folder.resolve("killed");
        int kills = 0;
        int finished = 0;
        while (kills < KILLS || finished == 0) {
            Process process = start(run);
            if (kills < KILLS && !process.waitFor(random.nextInt(700), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                kills++;
                continue;
            }
            assertThat(process.waitFor()).isZero();
            assertSameAsUninterrupted(run);
            DirectorySwap.remove(run);
            finished++;
        }
    }

    /** Returns once the program has begun. */
    private static Process start(Path run, String... before) throws IOException {
        List<String> command = new ArrayList<>(List.of(before));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ResumeProgram.class.getName(),
                TINY.toString(),
                data.toString(),
                run.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).isEqualTo("ready");
        return process;
    }

    @Test
    void stoppedAndGoneOnWithItEndsWithTheSameBytes() throws IOException {
        for (int step : new int[] {1, 3, 20}) {
            StopSignal stop = new StopSignal();
            TrainListener stopping = new TrainListener() {
                @Override
                public void stepped(StepReport report) {
                    if (report.step() == step) {
                        stop.request();
                    }
                }
            };
            Path run = folder.resolve("stopped" + step);
            TrainResult first = Trainer.resume(base, data, run, ResumeProgram.options(), stopping, stop);
            assertThat(first.stopReason()).isEqualTo(StopReason.INTERRUPTED);
            assertThat(first.steps()).isEqualTo(step);
            TrainResult second = resume("stopped" + step, ResumeProgram.options(), new StopSignal());
            assertThat(second.steps()).isEqualTo(uninterrupted.steps());
            assertThat(second.bestNll()).isEqualTo(uninterrupted.bestNll());
            assertSameAsUninterrupted(run);
        }
    }

    @Test
    void aFullDiskKeepsTheLastGoodCheckpoint() throws Exception {
        Path run = folder.resolve("full");
        StopSignal stop = new StopSignal();
        TrainListener stopping = new TrainListener() {
            @Override
            public void stepped(StepReport report) {
                if (report.step() == 5) {
                    stop.request();
                }
            }
        };
        Trainer.resume(base, data, run, ResumeProgram.options(), stopping, stop);
        byte[] state = Files.readAllBytes(run.resolve("checkpoints/last/state.json"));
        // No file may grow beyond 8 KiB: an optimiser's state does not fit.
        Process process = start(run, "bash", "-c", "ulimit -f 8; exec \"$@\"", "-");
        assertThat(process.waitFor()).isNotZero();
        assertThat(run.resolve("checkpoints/last/state.json")).hasBinaryContent(state);
        try (var files = Files.list(run.resolve("checkpoints"))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsOnly("last", "best");
        }
        resume("full", ResumeProgram.options(), new StopSignal());
        assertSameAsUninterrupted(run);
    }

    @Test
    void whatIsDoneIsNotDoneAgain() throws IOException {
        Path file = folder.resolve("uninterrupted/run.json");
        byte[] before = Files.readAllBytes(file);
        TrainResult again = resume("uninterrupted", ResumeProgram.options(), new StopSignal());
        assertThat(again.bestNll()).isEqualTo(uninterrupted.bestNll());
        assertThat(again.context()).isEqualTo(uninterrupted.context());
        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void anotherDeviceIsNotRefused() {
        TrainOptions onTheProcessor =
                ResumeProgram.options().toBuilder().device(Device.CPU).build();
        assertThat(resume("uninterrupted", onTheProcessor, new StopSignal()).steps())
                .isEqualTo(uninterrupted.steps());
    }

    @Test
    void otherOptionsDataOrBasesAreRefused() throws IOException {
        assertThatThrownBy(() -> resume(
                        "uninterrupted",
                        ResumeProgram.options().toBuilder().lr(1e-3).build(),
                        new StopSignal()))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("--lr 0.005, not 0.001");
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("train.jsonl"), conversations(0, 31));
        Files.copy(data.resolve("validation.jsonl"), other.resolve("validation.jsonl"));
        assertThatThrownBy(() -> Trainer.resume(
                        base,
                        other,
                        folder.resolve("uninterrupted"),
                        ResumeProgram.options(),
                        TrainListener.SILENT,
                        new StopSignal()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("train.jsonl is not what the run was started with");
        Path changed = Files.createDirectories(folder.resolve("changed"));
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(TINY.resolve(name), changed.resolve(name));
        }
        byte[] weights = Files.readAllBytes(changed.resolve("model.safetensors"));
        weights[weights.length - 2] ^= 1;
        Files.write(changed.resolve("model.safetensors"), weights);
        try (BaseModel another = BaseModels.open(changed)) {
            assertThatThrownBy(() -> Trainer.resume(
                            another,
                            data,
                            folder.resolve("uninterrupted"),
                            ResumeProgram.options(),
                            TrainListener.SILENT,
                            new StopSignal()))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("the base is another one now");
        }
    }

    @Test
    void aFolderThatIsNoRunIsRefused() throws IOException {
        Path run = Files.createDirectories(folder.resolve("notes"));
        Files.writeString(run.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> resume("notes", ResumeProgram.options(), new StopSignal()))
                .isInstanceOf(RunExistsException.class);
    }
}
