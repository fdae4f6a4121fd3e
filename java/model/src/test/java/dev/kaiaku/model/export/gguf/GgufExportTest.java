package dev.kaiaku.model.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.bindings.MergeRows;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufMetadata;
import dev.kaiaku.model.gguf.GgufTensor;
import dev.kaiaku.model.gguf.GgufWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GgufExportTest {
    private static final String K = "model.layers.1.self_attn.k_proj";
    private static final String DOWN = "model.layers.0.mlp.down_proj";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void withoutAnAdapterEveryValueIsTheBase(Architecture architecture) {
        try (BaseModel base = tiny(architecture, 192);
                BaseModel exported = BaseModels.open(export(base, null, QuantType.F32, 1))) {
            assertThat(exported.config()).isEqualTo(base.config());
            assertThat(exported.tensors()).extracting(TensorInfo::type).containsOnly(TensorType.F32);
            for (int i = 0; i < base.tensors().size(); i++) {
                assertThat(values(exported, exported.tensors().get(i)))
                        .as(base.tensors().get(i).name())
                        .isEqualTo(values(base, base.tensors().get(i)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void theAdapterIsAddedWithItsScalingAndStrength(Architecture architecture) {
        try (BaseModel base = tiny(architecture, 192)) {
            LoraAdapter adapter = adapter(base);
            try (BaseModel exported = BaseModels.open(export(base, adapter, QuantType.F32, 0.5))) {
                for (TensorInfo merged : exported.tensors()) {
                    TensorInfo tensor = tensor(base, merged.name());
                    float[] expected = values(base, tensor);
                    @Nullable LoraMatrix lora = adapter.matrices().get(tensor.name().replace(".weight", ""));
                    if (lora != null) {
                        add(expected, lora, 0.5 * adapter.scaling());
                    }
                    assertThat(Differences.largest(values(exported, merged), expected))
                            .as(tensor.name())
                            .isLessThan(1e-5f);
                }
            }
        }
    }

    @Test
    void matricesAreQuantisedAndVectorsAreNot() {
        try (BaseModel base = tiny(Architecture.QWEN2, 176);
                GgufFile file = GgufFile.open(export(base, null, QuantType.Q8_0, 1))) {
            assertThat(file.tensor("blk.0.ffn_up.weight").type()).isEqualTo(TensorType.Q8_0);
            assertThat(file.tensor("token_embd.weight").type()).isEqualTo(TensorType.Q8_0);
            assertThat(file.tensor("blk.0.ffn_down.weight").type())
                    .as("rows of 176 values fill no blocks")
                    .isEqualTo(TensorType.F16);
            assertThat(file.tensors().values().stream()
                            .filter(tensor -> tensor.shape().size() == 1))
                    .isNotEmpty()
                    .extracting(GgufTensor::type)
                    .containsOnly(TensorType.F32);
            assertThat(file.tensors()).containsKey("blk.1.attn_k.bias").doesNotContainKey("output.weight");
        }
    }

    @Test
    void theKeysTellWhoItIsAndHowToTalkToThem() {
        try (BaseModel base = tiny(Architecture.LLAMA, 192);
                GgufFile file = GgufFile.open(export(base, null, QuantType.F16, 1))) {
            GgufMetadata keys = file.metadata();
            assertThat(PersonaInfo.read(keys)).isEqualTo(new PersonaInfo("ana", "You are ana.", ChatFormat.CHATML));
            assertThat(keys.string("general.architecture")).isEqualTo("llama");
            assertThat(keys.integer("general.file_type")).isEqualTo(1);
            assertThat(keys.integer("llama.attention.head_count_kv")).isEqualTo(2);
            assertThat(keys.integer("llama.attention.key_length")).isEqualTo(16);
            assertThat(keys.real("llama.rope.freq_base")).isEqualTo(10_000);
            assertThat(keys.strings("tokenizer.ggml.tokens"))
                    .hasSize(base.config().vocabSize());
            int eos = Math.toIntExact(keys.integer("tokenizer.ggml.eos_token_id"));
            assertThat(keys.strings("tokenizer.ggml.tokens").get(eos)).isEqualTo("<|im_end|>");
            assertThat(keys.findBool("tokenizer.ggml.add_bos_token")).isFalse();
            assertThat(keys.string("tokenizer.chat_template")).isEqualTo(ChatFormat.CHATML.chatTemplate());
        }
    }

    @Test
    void aPersonaWithoutSystemMessageIsReadBackAsSuch() {
        try (BaseModel base = tiny(Architecture.LLAMA, 192)) {
            PersonaInfo bia = new PersonaInfo("bia", null, ChatFormat.CHATML);
            Path out = folder.resolve("bia.gguf");
            GgufExport.write(new MergedModel(base, null, 1), bia, QuantType.F16, out, Progress.NONE);
            try (GgufFile file = GgufFile.open(out)) {
                assertThat(PersonaInfo.read(file.metadata())).isEqualTo(bia);
            }
        }
    }

    @Test
    void aModelThatIsNoPersonaIsRefused() {
        Path out = folder.resolve("model.gguf");
        try (GgufWriter writer = GgufWriter.create(out)) {
            writer.string("general.architecture", "llama");
            writer.finish();
        }
        try (GgufFile file = GgufFile.open(out)) {
            assertThatThrownBy(() -> PersonaInfo.read(file.metadata()))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("model.gguf: a model, but no persona");
        }
    }

    @Test
    void anAdapterOfAnotherBaseIsRefused() {
        try (BaseModel base = tiny(Architecture.LLAMA, 192)) {
            TreeMap<String, LoraMatrix> matrices = new TreeMap<>();
            matrices.put(DOWN, new LoraMatrix(1, 4, 4, new float[4], new float[4]));
            LoraAdapter wrongShape = new LoraAdapter(1, 1, false, matrices);
            assertThatThrownBy(() -> export(base, wrongShape, QuantType.F16, 1))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining(DOWN);

            matrices.put("model.layers.9.mlp.up_proj", new LoraMatrix(1, 4, 4, new float[4], new float[4]));
            matrices.remove(DOWN);
            LoraAdapter moreLayers = new LoraAdapter(1, 1, false, matrices);
            assertThatThrownBy(() -> export(base, moreLayers, QuantType.F16, 1))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("model.layers.9.mlp.up_proj");
        }
    }

    @ParameterizedTest
    @EnumSource(QuantType.class)
    void aBrokenAdapterLeavesNoFile(QuantType type) throws IOException {
        try (BaseModel base = tiny(Architecture.LLAMA, 192)) {
            LoraAdapter adapter = adapter(base);
            matrix(adapter).b()[5] = Float.NaN;

            assertThatThrownBy(() -> export(base, adapter, type, 1))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining(K + ".weight")
                    .hasMessageNotContaining("\n");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("base"));
        }
    }

    @Test
    void aValueTooLargeForHalfPrecisionIsRefused() {
        try (BaseModel base = tiny(Architecture.LLAMA, 192)) {
            LoraAdapter adapter = adapter(base);
            matrix(adapter).b()[0] = 1e6f;
            matrix(adapter).a()[0] = 1;

            assertThatThrownBy(() -> export(base, adapter, QuantType.F16, 1))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("Q8_0");
            assertThat(export(base, adapter, QuantType.Q8_0, 1)).exists();
        }
    }

    private static TensorInfo tensor(BaseModel base, String name) {
        return base.tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private BaseModel tiny(Architecture architecture, int intermediate) {
        Path directory = folder.resolve("base");
        TinyBase.write(directory, TinySpec.defaults(architecture).withSizes(64, 2, intermediate, 4, 2));
        return BaseModels.open(directory);
    }

    private Path export(BaseModel base, @Nullable LoraAdapter adapter, QuantType type, double strength) {
        Path out = folder.resolve("out.gguf");
        PersonaInfo ana = new PersonaInfo("ana", "You are ana.", base.chatFormat());
        GgufExport.write(new MergedModel(base, adapter, strength), ana, type, out, Progress.NONE);
        return out;
    }

    private static LoraAdapter adapter(BaseModel base) {
        Random random = new Random(3);
        TreeMap<String, LoraMatrix> matrices = new TreeMap<>();
        for (TensorInfo tensor : base.tensors()) {
            String linear = tensor.name().replace(".weight", "");
            if (linear.equals(K) || linear.equals(DOWN)) {
                int in = Math.toIntExact(tensor.columns());
                int out = Math.toIntExact(tensor.rows());
                matrices.put(linear, new LoraMatrix(4, in, out, random(4 * in, random), random(out * 4, random)));
            }
        }
        return new LoraAdapter(4, 8, false, matrices);
    }

    private static LoraMatrix matrix(LoraAdapter adapter) {
        return Objects.requireNonNull(adapter.matrices().get(K));
    }

    private static float[] random(int n, Random random) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static void add(float[] weight, LoraMatrix lora, double scale) {
        for (int row = 0; row < lora.out(); row++) {
            for (int column = 0; column < lora.in(); column++) {
                double sum = 0;
                for (int r = 0; r < lora.rank(); r++) {
                    sum += (double) lora.b()[row * lora.rank() + r] * lora.a()[r * lora.in() + column];
                }
                weight[row * lora.in() + column] += (float) (scale * sum);
            }
        }
    }

    private static float[] values(BaseModel model, TensorInfo tensor) {
        int rows = Math.toIntExact(tensor.rows());
        int columns = Math.toIntExact(tensor.columns());
        float[] values = new float[rows * columns];
        MergeRows.convert(tensor.type().id(), model.read(tensor, 0, rows), rows, columns, FloatBuffer.wrap(values));
        return values;
    }
}
