package dev.kaiaku.model.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.Provenance;
import dev.kaiaku.model.export.RandomAdapter;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random bases whose rows fill the largest blocks, in every type. */
class EveryTypeTest {
    private static final int[] TOKENS = {1, 40, 77, 99, 12, 60, 61, 62, 5};
    /** Relative error of normal values, rounded up, as measured on ggml's types. */
    private static final Map<TensorType, Double> ERRORS = new EnumMap<>(Map.of(
            TensorType.F16, 3e-4,
            TensorType.BF16, 2e-3,
            TensorType.Q8_0, 0.006,
            TensorType.Q6_K, 0.02,
            TensorType.Q5_K, 0.04,
            TensorType.Q4_K, 0.08,
            TensorType.Q4_0, 0.095,
            TensorType.IQ4_NL, 0.09,
            TensorType.Q3_K, 0.17));

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void matricesAreAsFarFromTheModelAsTheirTypeAllows(Architecture architecture) {
        try (BaseModel base = base(architecture)) {
            MergedModel model = new MergedModel(base, RandomAdapter.of(base, 4, 0.05), 1);
            for (GgufExport.Target target : export(model)) {
                for (TensorErrors.ClassError error : TensorErrors.of(target.path(), model)) {
                    double allowed = error.types().stream()
                            .mapToDouble(type -> ERRORS.getOrDefault(type, 0.0))
                            .max()
                            .orElse(0);
                    assertThat(error.relativeRmse())
                            .as(target.type() + " " + error)
                            .isLessThan(allowed);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"LLAMA", "QWEN2"})
    void llamaCppComputesAboutTheSameFromEveryType(Architecture architecture) {
        try (BaseModel base = base(architecture)) {
            MergedModel model = new MergedModel(base, RandomAdapter.of(base, 4, 0.05), 1);
            List<GgufExport.Target> targets = export(model);
            float[] exact = LlamaLogits.of(targets.get(0).path(), null, TOKENS);
            double size = rms(exact, new float[exact.length]);
            for (GgufExport.Target target : targets) {
                double error = rms(LlamaLogits.of(target.path(), null, TOKENS), exact) / size;
                assertThat(error)
                        .as(target.type().name())
                        .isLessThan(6 * ERRORS.getOrDefault(target.type().matrices(), 1e-4));
            }
        }
    }

    @Test
    void severalFilesOfOneReadAreThoseOfSeveralReads() {
        try (BaseModel base = base(Architecture.LLAMA)) {
            MergedModel model = new MergedModel(base, RandomAdapter.of(base, 4, 0.05), 1);
            for (GgufExport.Target target : export(model)) {
                Path alone = folder.resolve("alone.gguf");
                PersonaInfo persona = new PersonaInfo("ana", null, base.chatFormat());
                GgufExport.write(model, persona, target.type(), alone, Progress.NONE);
                assertThat(target.path()).as(target.type().name()).hasSameBinaryContentAs(alone);
            }
        }
    }

    @Test
    void importanceMovesErrorsToTheChannelsThatMatterLess() {
        try (BaseModel base = base(Architecture.LLAMA)) {
            MergedModel model = new MergedModel(base, null, 1);
            TreeMap<String, Importance.Entry> entries = new TreeMap<>();
            float[] sums = new float[256];
            Random random = new Random(3);
            for (int i = 0; i < sums.length; i++) {
                sums[i] = i < 16 ? 1e4f : random.nextFloat();
            }
            entries.put("blk.1.attn_v.weight", new Importance.Entry(sums, 10));
            Path file = folder.resolve("imatrix.gguf");
            new Importance(entries).write(file);
            Importance read = Importance.read(file);

            Path plain = folder.resolve("plain.gguf");
            Path weighed = folder.resolve("weighed.gguf");
            PersonaInfo persona = new PersonaInfo("ana", null, base.chatFormat());
            Provenance provenance = Provenance.of(base, null, null, 1);
            GgufExport.write(
                    model,
                    persona,
                    provenance,
                    null,
                    List.of(new GgufExport.Target(QuantType.Q4_K_S, plain)),
                    Progress.NONE);
            GgufExport.write(
                    model,
                    persona,
                    provenance,
                    read,
                    List.of(new GgufExport.Target(QuantType.Q4_K_S, weighed)),
                    Progress.NONE);

            assertThat(error(base, weighed, 0, 16)).isLessThan(0.9 * error(base, plain, 0, 16));
            assertThat(error(base, weighed, 16, 256)).isGreaterThan(error(base, plain, 16, 256));
        }
    }

    /** Root of the summed squares of the differences in some columns of the matrix that was weighed. */
    private static double error(BaseModel base, Path gguf, int from, int to) {
        try (GgufFile file = GgufFile.open(gguf)) {
            String name = "model.layers.1.self_attn.v_proj.weight";
            TensorInfo tensor = base.tensors().stream()
                    .filter(one -> one.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            GgufTensor stored = file.tensor("blk.1.attn_v.weight");
            int rows = Math.toIntExact(tensor.rows());
            float[] actual = TensorErrors.decoded(TensorType.Q5_K, file.read(stored, 0, rows), rows, 256);
            float[] expected = TensorErrors.decoded(tensor.type(), base.read(tensor, 0, rows), rows, 256);
            double sum = 0;
            for (int i = 0; i < actual.length; i++) {
                sum += i % 256 >= from && i % 256 < to ? Math.pow(actual[i] - expected[i], 2) : 0;
            }
            return Math.sqrt(sum);
        }
    }

    private static double rms(float[] actual, float[] expected) {
        double sum = 0;
        for (int i = 0; i < actual.length; i++) {
            sum += Math.pow(actual[i] - expected[i], 2);
        }
        return Math.sqrt(sum / actual.length);
    }

    private BaseModel base(Architecture architecture) {
        Path directory = folder.resolve("base");
        TinyBase.write(directory, TinySpec.defaults(architecture).withSizes(256, 2, 768, 4, 2));
        return BaseModels.open(directory);
    }

    private List<GgufExport.Target> export(MergedModel model) {
        List<GgufExport.Target> targets = Arrays.stream(QuantType.values())
                .map(type -> new GgufExport.Target(type, folder.resolve(type + ".gguf")))
                .toList();
        PersonaInfo persona = new PersonaInfo("ana", null, model.chatFormat());
        GgufExport.write(model, persona, Provenance.of(model, null, null, 1), null, targets, Progress.NONE);
        return targets;
    }
}
