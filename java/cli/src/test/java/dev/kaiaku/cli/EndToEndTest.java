package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.SampleExport;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.export.llama.LlamaScorer;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.Evaluation;
import dev.kaiaku.trainer.RunFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The whole way on a base with random weights, command by command; later tests use what earlier ones made. */
@TestMethodOrder(OrderAnnotation.class)
class EndToEndTest {
    private static final int SEQ_LEN = 256;

    @TempDir
    static Path folder;

    static Path base;
    static Path export;
    static Path data;
    static Path run;
    static double trainedNll;

    @BeforeAll
    static void setUp() {
        base = folder.resolve("base");
        data = folder.resolve("data");
        run = folder.resolve("run");
        export = SampleExport.copyTo(folder.resolve("export"));
        assertThat(Program.run("models", "tiny", base, "--hidden", 32, "--feed-forward", 96)
                        .exitCode())
                .isZero();
    }

    @Test
    @Order(1)
    void datasetIsBuiltAndShown() {
        Program build =
                Program.run("dataset", "build", export, "--persona", SampleExport.PERSONA, "--out", data, "--json");

        assertThat(build.exitCode()).as(build.err()).isZero();
        assertThat(build.json().get("messages").asInt()).isGreaterThanOrEqualTo(800);
        assertThat(build.json().get("train_samples").asInt()).isPositive();

        Program text = Program.run("dataset", "preview", data, "-n", 2);
        Program tokens = Program.run("dataset", "preview", data, "-n", 2, "--base", base);
        assertThat(text.exitCode() + tokens.exitCode()).isZero();
        assertThat(text.out()).contains("<|im_start|>assistant\n[[", "<|im_end|>]]");
        assertThat(tokens.out()).contains("<|im_start|>assistant\n[[", "<|im_end|>]]", "¦");
        assertThat(tokens.out().replace("¦", "").replaceAll("--- .*", ""))
                .isEqualTo(text.out().replaceAll("--- .*", ""));
    }

    @Test
    @Order(2)
    void adapterIsTrained() {
        Program train = Program.run(
                "train",
                "--base",
                base,
                "--data",
                data,
                "--out",
                run,
                "--max-steps",
                6,
                "--batch-tokens",
                512,
                "--seq-len",
                SEQ_LEN,
                "--lr",
                "1e-2",
                "--seed",
                3,
                "--json");

        assertThat(train.exitCode()).as(train.err()).isZero();
        trainedNll = train.json().get("best_nll").asDouble();
        assertThat(trainedNll).isLessThan(train.json().get("base_nll").asDouble());
        assertThat(train.json().get("stop_reason").asText()).isEqualTo("completed");
        assertThat(run.resolve("adapter/adapter_model.safetensors")).exists();
        assertThat(train.err()).contains("base: validation NLL", "the best");

        Program again = Program.run("train", "--base", base, "--data", data, "--out", run);
        assertThat(again.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(again.complaint()).contains("run is not empty");
    }

    @Test
    @Order(2)
    void trainingIsMeasured() {
        Program bench =
                Program.run("bench", "train", "--base", base, "--rows", 2, "--seq-len", 64, "--steps", 2, "--json");

        assertThat(bench.exitCode()).as(bench.err()).isZero();
        for (String key : List.of("tokens_per_second", "peak_memory_bytes", "gflops")) {
            assertThat(bench.json().get(key).asDouble()).as(key).isPositive();
        }
        assertThat(Program.run("bench", "train", "--rows", 0).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Program.run("bench").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    @Order(3)
    void exportedFilesAreWorthWhatTheTrainerSays() {
        Path f16 = folder.resolve("f16.gguf");
        assertThat(Program.run("export", run, "--out", f16, "--quant", "F16").exitCode())
                .isZero();
        assertThat(Program.run("export", run, "--out", folder).exitCode()).isZero();
        assertThat(Program.run("export", run, "--out", folder.resolve("peft"), "--to", "peft")
                        .exitCode())
                .isZero();

        assertThat(scoreByLlama(f16)).isCloseTo(trainedNll, withinPercentage(0.5));
        assertThat(scoreByLlama(folder.resolve("persona.gguf"))).isCloseTo(trainedNll, withinPercentage(1));
        assertThat(folder.resolve("peft/adapter_config.json")).exists();
    }

    @Test
    @Order(4)
    void personaReplies() {
        Path gguf = folder.resolve("persona.gguf");
        Program once = Program.run("chat", gguf, "--as", "bia", "--prompt", "oi!", "--seed", 1);
        Program same = Program.run("chat", gguf, "--as", "bia", "--prompt", "oi!", "--seed", 1);
        Program piped = Program.runWithInput("oi!\n\ntudo bem?\n", "chat", gguf, "--as", "bia", "--seed", 1);

        assertThat(once.exitCode()).as(once.err()).isZero();
        assertThat(once.err()).isEmpty();
        assertThat(same.out()).isEqualTo(once.out());
        assertThat(piped.exitCode()).isZero();
        assertThat(piped.out())
                .startsWith(once.out())
                .hasSizeGreaterThan(once.out().length());
    }

    @Test
    @Order(5)
    void runDoesItAllAndGoesOnFromWhatIsThere() throws Exception {
        Path out = folder.resolve("all");
        Object[] args = runInto(out, "--max-steps", 2, "--seq-len", SEQ_LEN);
        Program first = Program.run(args);
        assertThat(first.exitCode()).as(first.err()).isZero();
        JsonNode json = first.json();
        for (String key : List.of(
                "messages",
                "train_samples",
                "validation_samples",
                "base_nll",
                "best_nll",
                "tokens_per_second",
                "peak_memory_bytes")) {
            assertThat(json.get(key).isNumber()).as(key).isTrue();
        }
        assertThat(Path.of(json.get("gguf").asText()))
                .isEqualTo(out.resolve("persona.gguf"))
                .exists();
        assertThat(first.err()).contains(SampleExport.PERSONA + "> ");

        long trained = Files.getLastModifiedTime(out.resolve("run/run.json")).toMillis();
        Program again = Program.run(args);
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.json()).isEqualTo(json);
        assertThat(Files.getLastModifiedTime(out.resolve("run/run.json")).toMillis())
                .isEqualTo(trained);

        Program other = Program.run(runInto(out, "--max-steps", 2, "--seq-len", SEQ_LEN / 2));
        assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(other.complaint()).contains("another base, export or options");
    }

    @Test
    @Order(6)
    void strengthIsFoundWithoutTraining() {
        Path out = folder.resolve("found.gguf");
        Program found = Program.run("export", run, "--out", out, "--strength", "auto");

        assertThat(found.exitCode()).as(found.err()).isZero();
        assertThat(found.err()).contains("of those tried on held-out replies:", "  0.5  NLL per byte", "  1.2  NLL");
        assertThat(out).exists();
        assertThat(Program.run("export", run, "--out", out, "--strength", "much")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    @Order(7)
    void runSearchesForWhatSuitsTheChat() throws Exception {
        Path out = folder.resolve("tuned");
        Object[] args =
                runInto(out, "--max-steps", 4, "--seq-len", SEQ_LEN, "--lr", "2e-3", "--tune", "--tune-budget", "20m");
        Program first = Program.run(args);
        assertThat(first.exitCode()).as(first.err()).isZero();
        JsonNode json = first.json();
        assertThat(out.resolve("tune/tune.html")).exists();
        RunFile trained = RunFile.read(out.resolve("run"));
        assertThat(trained.options().optimizer().lr())
                .isEqualTo(json.get("tuned_lr").asDouble());
        assertThat(trained.options().lora().rank())
                .isEqualTo(json.get("tuned_rank").asInt());
        assertThat(DatasetSummary.read(out.resolve("data")).rule())
                .isEqualTo(json.get("tuned_context").asText());
        ChatOptions drawn = ChatOptions.of(out.resolve("persona.gguf"));
        assertThat(drawn.temperature()).isCloseTo(json.get("tuned_temperature").asDouble(), within(1e-6));
        assertThat(drawn.minP()).isCloseTo(json.get("tuned_min_p").asDouble(), within(1e-6));

        Program again = Program.run(args);
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.json()).isEqualTo(json);
        assertThat(again.err()).doesNotContain("training ");
    }

    /** `run` on the sample chat. */
    private static Object[] runInto(Path out, Object... options) {
        Object[] common = {
            "run",
            export,
            "--persona",
            SampleExport.PERSONA,
            "--base",
            base,
            "--out",
            out,
            "--batch-tokens",
            256,
            "--json"
        };
        return Stream.concat(Arrays.stream(common), Arrays.stream(options)).toArray();
    }

    private static double scoreByLlama(Path gguf) {
        try (BaseModel model = BaseModels.open(base)) {
            List<EncodedConversation> held =
                    Evaluation.samples(model, data.resolve("validation.jsonl"), SEQ_LEN, Progress.NONE);
            return LlamaScorer.score(gguf, held, Progress.NONE).nllPerTarget();
        }
    }
}
