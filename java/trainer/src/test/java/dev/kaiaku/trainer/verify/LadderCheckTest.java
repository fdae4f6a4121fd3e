package dev.kaiaku.trainer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.Importance;
import dev.kaiaku.model.export.gguf.QuantType;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.ActivationSquares;
import dev.kaiaku.trainer.Evaluation;
import dev.kaiaku.trainer.TrainOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ladder of a tiny random base whose rows fill the largest blocks. */
class LadderCheckTest {
    private static final TrainOptions OPTIONS = TrainOptions.builder().build();

    @TempDir
    Path folder;

    private BaseModel base;
    private LoraAdapter adapter;

    @BeforeEach
    void makeModel() throws IOException {
        TinyBase.write(
                folder.resolve("base"), TinySpec.defaults(Architecture.LLAMA).withSizes(256, 2, 768, 4, 2));
        base = BaseModels.open(folder.resolve("base"));
        adapter = adapter(base);
        Files.writeString(folder.resolve("train.jsonl"), conversations(0, 8));
        Files.writeString(folder.resolve("validation.jsonl"), conversations(8, 14));
    }

    @AfterEach
    void close() {
        base.close();
    }

    @Test
    void everyRungOfAGoodExportIsAsHighAsTheLast() {
        Ladder ladder = climb(1, QuantType.F32, QuantType.F16);

        assertThat(ladder.warnings()).isEmpty();
        assertThat(ladder.rungs())
                .extracting(Rung::name)
                .startsWith("base", "adapter", "merged")
                .hasSize(5);
        double adapterNll = ladder.rungs().get(1).nll();
        assertThat(ladder.rungs().get(0).nll()).isNotCloseTo(adapterNll, within(1e-2));
        for (Rung rung : ladder.rungs().subList(2, 5)) {
            assertThat(rung.nll()).as(rung.name()).isCloseTo(adapterNll, within(2e-2));
        }
        assertThat(ladder.samples()).isEqualTo(6);
        assertThat(ladder.parity()).isNotNull().satisfies(parity -> {
            assertThat(parity.holds()).isTrue();
            assertThat(parity.conversations()).isEqualTo(14);
        });
        assertThat(String.join("\n", ladder.lines())).contains("reads the same tokens and writes the same prompts");
    }

    @Test
    void aFileThatLostTooMuchIsToldWithWhatHurtsAndWhatHelps() throws IOException {
        GgufExport.Target target = new GgufExport.Target(QuantType.F16, folder.resolve("bad.gguf"));
        PersonaInfo persona = new PersonaInfo("ana", null, base.chatFormat());
        MergedModel other = new MergedModel(base, adapter, 3);
        GgufExport.write(other, persona, QuantType.F16, target.path(), Progress.NONE);

        MergedModel merged = new MergedModel(base, adapter, -3);
        Ladder ladder = LadderCheck.run(base, adapter, merged, List.of(target), folder, OPTIONS, Progress.NONE);
        assertThat(ladder.rungs().get(3).holds()).isFalse();
        assertThat(ladder.warnings()).singleElement().asString().contains("the largest errors are in", "export as F32");
        LadderPage.write(ladder, "ana", folder.resolve("page.html"));
        assertThat(folder.resolve("page.html")).content().contains("merged", "bad.gguf F16");
    }

    @Test
    void aTruncatedFileIsAWarningAndNoCrash() throws IOException {
        GgufExport.Target target = new GgufExport.Target(QuantType.F16, folder.resolve("a.gguf"));
        MergedModel merged = new MergedModel(base, adapter, 1);
        GgufExport.write(
                merged, new PersonaInfo("ana", null, base.chatFormat()), QuantType.F16, target.path(), Progress.NONE);
        byte[] bytes = Files.readAllBytes(target.path());
        Files.write(target.path(), Arrays.copyOf(bytes, bytes.length / 2));

        Ladder ladder = LadderCheck.run(base, adapter, merged, List.of(target), folder, OPTIONS, Progress.NONE);

        assertThat(ladder.rungs().get(3).nll()).isNaN();
        assertThat(ladder.parity()).isNull();
        assertThat(ladder.warnings()).singleElement().asString().contains("a.gguf: llama.cpp cannot run it");
    }

    @Test
    void withoutAnythingHeldOutThereIsNothingToVerifyWith() throws IOException {
        Files.writeString(folder.resolve("validation.jsonl"), "");

        assertThatThrownBy(() -> climb(1)).isInstanceOf(BadInputException.class).hasMessageContaining("held out");
    }

    @Test
    void squaresOfActivationsAreMeasuredForEveryLinear() {
        List<EncodedConversation> samples = Evaluation.samples(base, folder.resolve("train.jsonl"), 512, Progress.NONE);
        Importance importance = ActivationSquares.of(base, adapter, samples, OPTIONS, Progress.NONE);

        assertThat(importance.names()).hasSize(14).contains("blk.0.attn_q.weight", "blk.1.ffn_down.weight");
        Path file = folder.resolve("imatrix.gguf");
        importance.write(file);
        assertThat(Importance.read(file).names()).isEqualTo(importance.names());
    }

    private Ladder climb(double strength, QuantType... types) {
        MergedModel merged = new MergedModel(base, adapter, strength);
        PersonaInfo persona = new PersonaInfo("ana", null, base.chatFormat());
        List<GgufExport.Target> targets = List.of(types).stream()
                .map(type -> new GgufExport.Target(type, folder.resolve(type + ".gguf")))
                .toList();
        targets.forEach(target -> GgufExport.write(merged, persona, target.type(), target.path(), Progress.NONE));
        return LadderCheck.run(base, adapter, merged, targets, folder, OPTIONS, Progress.NONE);
    }

    private static LoraAdapter adapter(BaseModel base) {
        Random random = new Random(7);
        TreeMap<String, LoraMatrix> matrices = new TreeMap<>();
        for (TensorInfo tensor : base.tensors()) {
            if (tensor.name().contains("_proj.weight")) {
                int in = Math.toIntExact(tensor.columns());
                int out = Math.toIntExact(tensor.rows());
                matrices.put(
                        tensor.name().replace(".weight", ""),
                        new LoraMatrix(4, in, out, values(4 * in, random), values(out * 4, random)));
            }
        }
        return new LoraAdapter(4, 8, false, matrices);
    }

    private static float[] values(int count, Random random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (0.1 * random.nextGaussian());
        }
        return values;
    }

    private static String conversations(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> """
                        {"messages":[{"role":"user","content":"[ana]: what do you say to %d?"},\
                        {"role":"assistant","content":"ahoy ahoy, mate"}]}
                        """.formatted(i * i)).collect(Collectors.joining());
    }
}
