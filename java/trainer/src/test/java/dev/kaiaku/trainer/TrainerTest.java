package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.trainer.TrainResult.StopReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole loop on a tiny random base and a persona that answers everyone in the same way. */
final class TrainerTest {
    @TempDir
    Path folder;

    private Path data;
    private BaseModel base;

    @BeforeEach
    void writeData() throws IOException {
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(Architecture.LLAMA));
        base = BaseModels.open(folder.resolve("base"));
        data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(data.resolve("train.jsonl"), conversations(0, 40));
        Files.writeString(data.resolve("validation.jsonl"), conversations(40, 46));
    }

    @AfterEach
    void close() {
        base.close();
    }

    private static String conversations(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> """
            {"messages":[{"role":"user","content":"[ana]: what do you say to %d?"},\
            {"role":"assistant","content":"ahoy ahoy, mate"}]}
            """.formatted(i * i)).collect(Collectors.joining());
    }

    private static TrainOptionsBuilder options() {
        return TrainOptions.builder().lr(5e-3).batchTokens(400).epochs(2).threads(1);
    }

    private TrainResult train(String run, TrainOptions options) {
        return train(run, options, TrainListener.SILENT, new StopSignal());
    }

    private TrainResult train(String run, TrainOptions options, TrainListener listener, StopSignal stop) {
        return Trainer.train(base, data, folder.resolve(run), options, listener, stop);
    }

    private List<JsonNode> metrics(String run) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl"))) {
            lines.add(json.readTree(line));
        }
        return lines;
    }

    @Test
    void theLossFallsAndTheBestAdapterIsKept() throws IOException {
        TrainResult result = train("run", options().epochs(8).evalEvery(3).build());
        assertThat(result.stopReason()).isEqualTo(StopReason.COMPLETED);
        assertThat(result.bestNll()).isLessThan(0.5 * result.baseNll());
        assertThat(result.peakMemoryBytes()).isPositive();
        assertThat(result.nativeBytes()).isCloseTo(result.plannedNativeBytes(), withinPercentage(3));

        List<JsonNode> updates =
                metrics("run").stream().filter(line -> line.has("loss")).toList();
        assertThat(updates).hasSize(result.steps());
        assertThat(updates.get(updates.size() - 1).path("loss").asDouble())
                .isLessThan(0.5 * updates.get(0).path("loss").asDouble());
        double lowest = metrics("run").stream()
                .filter(line -> line.has("validation_nll") && line.path("step").asInt() > 0)
                .mapToDouble(line -> line.path("validation_nll").asDouble())
                .min()
                .orElseThrow();
        assertThat(result.bestNll()).isEqualTo(lowest);

        LoraAdapter adapter = PeftAdapter.read(result.adapter());
        Evaluation again = Evaluation.of(
                base, adapter, data.resolve("validation.jsonl"), options().build(), Progress.NONE);
        assertThat(again.adapterNll()).isCloseTo(result.bestNll(), within(1e-5));
        assertThat(again.baseNll()).isCloseTo(result.baseNll(), within(1e-5));
        assertThat(again.samples()).isEqualTo(6);
    }

    @Test
    void runJsonHoldsWhatAutoCameTo() {
        TrainResult result =
                train("run", TrainOptions.builder().epochs(3).threads(1).build());
        RunFile file = RunFile.read(folder.resolve("run"));
        assertThat(file.basePath()).isEqualTo(folder.resolve("base").toString());
        assertThat(file.plan().steps()).isEqualTo(result.steps()).isGreaterThanOrEqualTo(60);
        assertThat(file.plan().microTokens()).isPositive();
        assertThat(file.plan().trainSamples()).isEqualTo(40);
        assertThat(file.hashes()).containsOnlyKeys("train.jsonl", "validation.jsonl");
        assertThat(file.result())
                .isNotNull()
                .satisfies(ended -> assertThat(ended.bestNll()).isEqualTo(result.bestNll()));
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws IOException {
        TrainResult one = train("one", options().seed(5).build());
        TrainResult two = train("two", options().seed(5).build());
        TrainResult other = train("other", options().seed(6).build());
        byte[] bytes = Files.readAllBytes(one.adapter().resolve("adapter_model.safetensors"));
        assertThat(two.adapter().resolve("adapter_model.safetensors")).hasBinaryContent(bytes);
        assertThat(Files.readAllBytes(other.adapter().resolve("adapter_model.safetensors")))
                .isNotEqualTo(bytes);
    }

    @Test
    void tenRunsGiveTheSameBytes() throws IOException {
        TrainOptions options = options().maxSteps(4).dropout(0.2).threads(2).build();
        byte[] bytes = Files.readAllBytes(train("run0", options).adapter().resolve("adapter_model.safetensors"));
        for (int i = 1; i < 10; i++) {
            assertThat(train("run" + i, options).adapter().resolve("adapter_model.safetensors"))
                    .hasBinaryContent(bytes);
        }
    }

    @Test
    void theAdapterSaysHowItWasTrained() throws IOException {
        TrainResult result = train(
                "run",
                options()
                        .maxSteps(2)
                        .rank(4)
                        .alpha(6)
                        .rslora(true)
                        .dropout(0.25)
                        .targets("mlp")
                        .loraPlus(4)
                        .weightDecay(0.01)
                        .gradClip(0)
                        .build());
        JsonNode config = new ObjectMapper()
                .readTree(result.adapter().resolve("adapter_config.json").toFile());
        assertThat(config.path("r").asInt()).isEqualTo(4);
        assertThat(config.path("lora_alpha").asInt()).isEqualTo(6);
        assertThat(config.path("use_rslora").asBoolean()).isTrue();
        assertThat(config.path("lora_dropout").asDouble()).isEqualTo(0.25);
        assertThat(config.path("target_modules"))
                .extracting(JsonNode::asText)
                .containsExactly("gate_proj", "up_proj", "down_proj");
    }

    @Test
    void anInterruptedRunLeavesAUsableAdapter() throws IOException {
        StopSignal stop = new StopSignal();
        TrainListener interrupting = new TrainListener() {
            @Override
            public void stepped(StepReport report) {
                if (report.step() == 4) {
                    stop.request();
                }
            }
        };
        TrainResult result = train("run", options().evalEvery(100).build(), interrupting, stop);
        assertThat(result.stopReason()).isEqualTo(StopReason.INTERRUPTED);
        assertThat(result.steps()).isEqualTo(4);
        assertThat(result.bestNll()).isNaN();
        Evaluation evaluation = Evaluation.of(
                base,
                PeftAdapter.read(result.adapter()),
                data.resolve("validation.jsonl"),
                options().build(),
                Progress.NONE);
        assertThat(evaluation.adapterNll()).isLessThan(evaluation.baseNll());
        assertThat(metrics("run").stream().filter(line -> line.has("loss"))).hasSize(4);
    }

    @Test
    void aRunThatOverfitsEndsWithItsBestAdapterAndSaysWhy() throws IOException {
        TrainResult result = train(
                "run",
                options().lr(4e-3).batchTokens(150).epochs(60).evalEvery(4).build());
        assertThat(result.stopReason()).isIn(StopReason.EARLY_STOP, StopReason.OVERFITTING);
        assertThat(result.saw()).contains("kept is the adapter of update " + result.bestStep());
        double lowest = metrics("run").stream()
                .filter(line -> line.path("step").asInt() > 0 && line.has("validation_nll"))
                .mapToDouble(line -> line.path("validation_nll").asDouble())
                .min()
                .orElseThrow();
        assertThat(result.bestNll()).isEqualTo(lowest);
    }

    @Test
    void aRateThatIsMuchTooHighIsLoweredOnce() throws IOException {
        TrainResult result =
                train("run", options().lr(3).epochs(20).evalEvery(1).build());
        assertThat(result.saw()).isNotEmpty();
        List<JsonNode> alarms =
                metrics("run").stream().filter(line -> line.has("saw")).toList();
        assertThat(alarms.get(0).path("saw").asText()).contains("validation NLL rose");
        assertThat(alarms.get(0).path("did").asText()).contains("a third of the rate");
        assertThat(folder.resolve("run/report.html")).content().contains("a third of the rate");
    }

    @Test
    void aRateThatIsFoundIsReported() throws IOException {
        TrainResult result = train("run", options().lr(0).build());
        JsonNode found = metrics("run").get(0);
        assertThat(found.path("rate_test").size()).isGreaterThan(5);
        assertThat(result.lr()).isEqualTo(found.path("lr").asDouble()).isBetween(1e-5, 1e-1);
        assertThat(folder.resolve("run/report.html")).content().contains("Search for a rate");
    }

    @Test
    void samplesAreSaidToTheSamePromptsAtEveryEvaluation() throws IOException {
        train("run", options().epochs(8).evalEvery(10).build());
        List<JsonNode> samples = metrics("run").stream()
                .filter(line -> line.has("samples"))
                .map(line -> line.path("samples"))
                .toList();
        assertThat(samples)
                .hasSizeGreaterThan(2)
                .allSatisfy(line -> assertThat(line).hasSize(3));
        assertThat(samples.get(0).get(0).path("prompt"))
                .isEqualTo(samples.get(1).get(0).path("prompt"));
        assertThat(samples.get(samples.size() - 1).get(0).path("reply"))
                .isNotEqualTo(samples.get(0).get(0).path("reply"));
    }

    @Test
    void contextThatSaysNothingIsWorthNothing() {
        TrainResult result = train("run", options().epochs(4).build());
        assertThat(result.context()).isNotNull().satisfies(context -> {
            assertThat(context.samples()).isEqualTo(6);
            assertThat(context.gain()).isCloseTo(0, within(0.1));
        });
    }

    @Test
    void aLossThatIsNotFiniteNamesTheStep() {
        assertThatThrownBy(() -> train("run", options().lr(1e30).evalEvery(100).build()))
                .isInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("step ")
                .hasMessageContaining("--lr");
    }

    @Test
    void withoutValidationTheLastAdapterIsKept() throws IOException {
        Files.delete(data.resolve("validation.jsonl"));
        TrainResult result = train("run", options().build());
        assertThat(result.baseNll()).isNaN();
        assertThat(result.bestNll()).isNaN();
        assertThat(result.bestStep()).isEqualTo(result.steps());
        assertThat(PeftAdapter.read(result.adapter()).matrices()).hasSize(14);
    }

    @Test
    void onlyTheTargetsAskedForAreTrained() {
        TrainResult result = train(
                "run", options().targets("q_proj,down_proj").rank(4).maxSteps(3).build());
        LoraAdapter adapter = PeftAdapter.read(result.adapter());
        assertThat(adapter.rank()).isEqualTo(4);
        assertThat(adapter.matrices())
                .containsOnlyKeys(
                        "model.layers.0.self_attn.q_proj",
                        "model.layers.0.mlp.down_proj",
                        "model.layers.1.self_attn.q_proj",
                        "model.layers.1.mlp.down_proj");
    }

    @Test
    void tooLittleMemoryIsRefusedBeforeAnythingIsWritten() {
        assertThatThrownBy(() -> train("none", options().memoryLimit(1000).build()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--memory-limit");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void moreThanIsFreeIsRefusedWithWhatHelps() {
        Trainer.requireFree(3L << 30, 3L << 30);
        assertThatThrownBy(() -> Trainer.requireFree(3L << 30, 2L << 30))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("takes 3.00 GiB of memory more; 2.00 GiB are free")
                .hasMessageContaining("--memory-limit");
    }

    @Test
    void whatTheBaseCannotTakeIsRefused() {
        assertThatThrownBy(() -> train("run", options().rank(65).build()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--rank 65: q_proj of this base is 64 x 64, so that 64 is the most");
        assertThatThrownBy(() -> train("run", options().seqLen(100_000).build()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--seq-len")
                .hasMessageContaining("2048");
    }

    @Test
    void aFolderThatHoldsSomethingIsRefused() throws IOException {
        Files.createDirectories(folder.resolve("run"));
        Files.writeString(folder.resolve("run/notes.txt"), "mine");
        assertThatThrownBy(() -> train("run", options().build())).isInstanceOf(RunExistsException.class);
        assertThat(folder.resolve("run")).isDirectoryContaining("glob:**notes.txt");
    }

    @Test
    void dataWithNothingToLearnIsRefusedBeforeAnythingIsWritten() throws IOException {
        Files.writeString(data.resolve("train.jsonl"), """
            {"messages":[{"role":"user","content":"[ana]: hi"}]}
            """);
        assertThatThrownBy(() -> train("run", options().build()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("train.jsonl");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void optionsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> TrainOptions.builder().rank(0).build()).hasMessageContaining("--rank 0");
        assertThatThrownBy(() -> TrainOptions.builder().lr(Double.NaN).build()).hasMessageContaining("--lr");
        assertThatThrownBy(() -> TrainOptions.builder().dropout(1).build()).hasMessageContaining("--dropout 1");
        assertThatThrownBy(() -> TrainOptions.builder().warmup(1.5).build()).hasMessageContaining("--warmup 1.5");
        assertThatThrownBy(() -> TrainOptions.builder().microTokens(1 << 21).build())
                .hasMessageContaining("--micro-tokens 2097152: expected at most 1048576");
    }
}
