package dev.kaiaku.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeftAdapterTest {
    private static final String Q = "model.layers.0.self_attn.q_proj";
    private static final String UP = "model.layers.1.mlp.up_proj";

    @TempDir
    Path folder;

    private Path directory;

    @BeforeEach
    void nameDirectory() {
        directory = folder.resolve("adapter");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        LoraAdapter adapter = adapter(true);

        PeftAdapter.write(adapter, directory, "someone/tiny");

        LoraAdapter read = PeftAdapter.read(directory);
        assertThat(read.rank()).isEqualTo(2);
        assertThat(read.alpha()).isEqualTo(4);
        assertThat(read.rankStabilised()).isTrue();
        assertThat(read.matrices()).containsOnlyKeys(Q, UP);
        assertThat(read.matrices().get(UP))
                .usingRecursiveComparison()
                .isEqualTo(adapter.matrices().get(UP));
    }

    @Test
    void theConfigurationHasTheKeysOfEveryPeftVersionAndNoOther() throws IOException {
        PeftAdapter.write(adapter(false), directory, "someone/tiny");

        JsonNode json = new ObjectMapper()
                .readTree(directory.resolve("adapter_config.json").toFile());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "peft_type",
                        "task_type",
                        "base_model_name_or_path",
                        "revision",
                        "inference_mode",
                        "r",
                        "lora_alpha",
                        "lora_dropout",
                        "target_modules",
                        "bias",
                        "fan_in_fan_out",
                        "init_lora_weights",
                        "use_rslora",
                        "use_dora",
                        "modules_to_save",
                        "rank_pattern",
                        "alpha_pattern",
                        "layers_to_transform",
                        "layers_pattern");
        assertThat(json.path("lora_alpha").isInt()).isTrue();
        assertThat(json.path("target_modules").toString()).isEqualTo("[\"q_proj\",\"up_proj\"]");
    }

    @Test
    void anOlderAdapterIsReplacedAndNothingIsLeftBeside() throws IOException {
        PeftAdapter.write(adapter(false), directory, "someone/tiny");
        Files.writeString(directory.resolve("old.txt"), "of the older one");

        PeftAdapter.write(adapter(true), directory, "someone/tiny");

        assertThat(PeftAdapter.read(directory).rankStabilised()).isTrue();
        assertThat(directory.resolve("old.txt")).doesNotExist();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(directory);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "use_dora|true",
                "bias|\"all\"",
                "rank_pattern|{\"q_proj\":4}",
                "alpha_pattern|{\"q_proj\":4}",
                "modules_to_save|[\"lm_head\"]",
                "fan_in_fan_out|true",
                "peft_type|\"IA3\"",
                "r|\"many\"",
            })
    void whatCannotBeExpressedIsRefusedByItsKey(String key, String value) throws IOException {
        PeftAdapter.write(adapter(false), directory, "someone/tiny");
        edit(key, value);

        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("adapter_config.json: " + key)
                .hasMessageNotContaining("\n");
    }

    @Test
    void rankAndAlphaHaveDefaults() throws IOException {
        directoryWith(Map.of(a(Q), List.of(8L, 6L), b(Q), List.of(4L, 8L)), TensorType.F32);
        Files.writeString(directory.resolve("adapter_config.json"), "{\"peft_type\":\"LORA\"}");

        LoraAdapter adapter = PeftAdapter.read(directory);

        assertThat(adapter.rank()).isEqualTo(8);
        assertThat(adapter.scaling()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16"})
    void halfPrecisionIsRead(String type) {
        directoryWith(Map.of(a(Q), List.of(2L, 6L), b(Q), List.of(4L, 2L)), TensorType.valueOf(type));

        assertThat(PeftAdapter.read(directory).matrices())
                .hasEntrySatisfying(Q, lora -> assertThat(lora.a()).hasSize(12).containsOnly(1));
    }

    @Test
    void aMissingHalfIsNamed() {
        directoryWith(Map.of(a(Q), List.of(2L, 6L)), TensorType.F32);

        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(b(Q));
    }

    @Test
    void aShapeThatDoesNotFitTheRankIsNamed() {
        directoryWith(Map.of(a(Q), List.of(3L, 6L), b(Q), List.of(4L, 3L)), TensorType.F32);

        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(a(Q) + " of shape [3, 6] does not fit r 2");
    }

    @Test
    void anUnknownTensorIsNamed() {
        String magnitude = "base_model.model." + Q + ".lora_magnitude_vector";
        directoryWith(Map.of(magnitude, List.of(4L)), TensorType.F32);

        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(magnitude);
    }

    @Test
    void aDirectoryWithoutAnAdapterIsNamed() {
        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("adapter_config.json: no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama3-rope", "mistral", "qwen2"})
    void adaptersThatPeftWroteAreRead(String name) {
        String shared = System.getProperty("kaiaku.shared", "");
        assumeTrue(!shared.isEmpty(), "kaiaku.shared is not set");

        LoraAdapter adapter = PeftAdapter.read(Path.of(shared, "golden", name, "adapter"));

        assertThat(adapter.scaling()).isEqualTo(2);
        assertThat(adapter.matrices().size() % 7).isZero();
    }

    private static LoraAdapter adapter(boolean rankStabilised) {
        TreeMap<String, LoraMatrix> matrices = new TreeMap<>();
        matrices.put(Q, matrix(6, 4, 0.5f));
        matrices.put(UP, matrix(6, 8, -1.25f));
        return new LoraAdapter(2, 4, rankStabilised, matrices);
    }

    private static LoraMatrix matrix(int in, int out, float start) {
        float[] a = new float[2 * in];
        float[] b = new float[out * 2];
        for (int i = 0; i < a.length; i++) {
            a[i] = start + i;
        }
        for (int i = 0; i < b.length; i++) {
            b[i] = start - i / 3f;
        }
        return new LoraMatrix(2, in, out, a, b);
    }

    /** An adapter of rank 2 whose tensors are all ones. */
    private void directoryWith(Map<String, List<Long>> shapes, TensorType type) {
        PeftAdapter.write(adapter(false), directory, "someone/tiny");
        List<TensorInfo> tensors = shapes.entrySet().stream()
                .map(entry -> new TensorInfo(entry.getKey(), type, entry.getValue()))
                .toList();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(directory.resolve("adapter_model.safetensors"), tensors)) {
            for (TensorInfo tensor : tensors) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
                while (bytes.hasRemaining()) {
                    switch (type) {
                        case F32 -> bytes.putFloat(1);
                        case F16 -> bytes.putShort((short) 0x3c00);
                        default -> bytes.putShort((short) 0x3f80);
                    }
                }
                writer.write(tensor.name(), bytes.flip());
            }
            writer.finish();
        }
    }

    private void edit(String key, String value) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Path file = directory.resolve("adapter_config.json");
        Map<String, Object> config = new TreeMap<>(mapper.convertValue(mapper.readTree(file.toFile()), MAP));
        config.put(key, mapper.readValue(value, Object.class));
        mapper.writeValue(file.toFile(), config);
    }

    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    private static String a(String linear) {
        return "base_model.model." + linear + ".lora_A.weight";
    }

    private static String b(String linear) {
        return "base_model.model." + linear + ".lora_B.weight";
    }
}
