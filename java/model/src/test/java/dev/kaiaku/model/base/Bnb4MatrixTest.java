package dev.kaiaku.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.bindings.NativeNf4;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tiny base whose one matrix is packed as bitsandbytes does it; the others are skipped modules. */
class Bnb4MatrixTest {
    private static final String NAME = "model.layers.0.self_attn.k_proj.weight";
    private static final int ROWS = 32;
    private static final int COLUMNS = 64;
    private static final int BLOCKS = ROWS * COLUMNS / 64;

    @TempDir
    Path directory;

    private final Map<String, Stored> tensors = new LinkedHashMap<>();

    private record Stored(String dtype, List<Long> shape, byte[] bytes) {}

    @BeforeEach
    void packOneMatrix() {
        TinyBase.write(directory, TinySpec.defaults(Architecture.LLAMA));
        try (BaseModel base = BaseModels.open(directory)) {
            for (TensorInfo tensor : base.tensors()) {
                byte[] bytes = new byte[Math.toIntExact(tensor.bytes())];
                base.read(tensor, 0, Math.toIntExact(tensor.rows())).get(bytes);
                tensors.put(tensor.name(), new Stored("BF16", tensor.shape(), bytes));
            }
        }
        byte[] packed = new byte[ROWS * COLUMNS / 2];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = (byte) (i * 7);
        }
        byte[] absmax = new byte[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            absmax[i] = (byte) (200 + i);
        }
        tensors.put(NAME, new Stored("U8", List.of((long) packed.length, 1L), packed));
        tensors.put(NAME + ".absmax", new Stored("U8", List.of((long) BLOCKS), absmax));
        tensors.put(NAME + ".quant_map", floats(16, 0.125f, -1));
        tensors.put(NAME + ".nested_absmax", floats(1, 0, 2));
        tensors.put(NAME + ".nested_quant_map", floats(256, 0.0078125f, -1));
        state(ROWS);
    }

    private void state(int rows) {
        String json = "{\"quant_type\":\"nf4\",\"blocksize\":64,\"dtype\":\"bfloat16\",\"shape\":[" + rows + ", "
                + COLUMNS + "],\"nested_blocksize\":256,\"nested_dtype\":\"float32\",\"nested_offset\":0.5}";
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        tensors.put(NAME + ".quant_state.bitsandbytes__nf4", new Stored("U8", List.of((long) bytes.length), bytes));
    }

    private static Stored floats(int count, float step, float first) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(first + i * step);
        }
        return new Stored("F32", List.of((long) count), bytes.array());
    }

    private BaseModel open() throws IOException {
        ObjectNode header = new ObjectMapper().createObjectNode();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            ObjectNode entry = header.putObject(name).put("dtype", tensor.dtype);
            tensor.shape.forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(data.size()).add(data.size() + tensor.bytes.length);
            data.writeBytes(tensor.bytes);
        });
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text).put(data.toByteArray());
        Files.write(directory.resolve("model.safetensors"), file.array());
        return BaseModels.open(directory);
    }

    private static TensorInfo matrix(BaseModel base) {
        return base.tensors().stream()
                .filter(tensor -> tensor.name().equals(NAME))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void rowsAreReadAsValues() throws IOException {
        try (BaseModel base = open()) {
            TensorInfo matrix = matrix(base);
            assertThat(matrix).isEqualTo(new TensorInfo(NAME, TensorType.F32, List.of((long) ROWS, (long) COLUMNS)));
            ByteBuffer rows = base.read(matrix, 3, 2);
            assertThat(rows.remaining()).isEqualTo(2 * COLUMNS * Float.BYTES);
            for (int i = 3 * COLUMNS; i < 5 * COLUMNS; i++) {
                int pair = i / 2 * 7 & 0xFF;
                int code = i % 2 == 0 ? pair / 16 : pair % 16;
                float absmax = (-1 + (200 + i / 64 & 0xFF) / 128f) * 2 + 0.5f;
                assertThat(rows.getFloat()).as("value %d", i).isEqualTo((-1 + code / 8f) * absmax);
            }
        }
    }

    @Test
    void wholeMatricesKeepTheirBytes() throws IOException {
        try (BaseModel base = open()) {
            NativeNf4 nf4 = Objects.requireNonNull(base.nf4(matrix(base)));
            assertThat(nf4.blockSize()).isEqualTo(64);
            assertThat(nf4.nestedBlockSize()).isEqualTo(256);
            assertThat(nf4.nestedOffset()).isEqualTo(0.5f);
            assertThat(nf4.packed())
                    .isEqualTo(ByteBuffer.wrap(
                            Objects.requireNonNull(tensors.get(NAME)).bytes()));
            assertThat(base.nf4(base.tensors().get(0))).isNull();
        }
    }

    @Test
    void partsThatDoNotFitAreNamed() {
        tensors.remove(NAME + ".nested_absmax");
        refused("tensor " + NAME + ".nested_absmax is missing");
        tensors.put(NAME + ".nested_absmax", floats(2, 0, 2));
        refused("tensor " + NAME + ".nested_absmax has 8 bytes, expected 4");
        state(31);
        refused("tensor " + NAME + " of bitsandbytes: has the shape [31,64], config.json asks for [32, 64]");
    }

    @Test
    void otherQuantisationsAreNamed() throws IOException {
        tensors.put(NAME + ".quant_state.bitsandbytes__fp4", floats(1, 0, 0));
        refused("packed as fp4, which is not supported, only nf4");
        Path config = directory.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replaceFirst("\\{", "{\"quantization_config\":{\"quant_method\":\"gptq\"},"));
        refused("a checkpoint quantised by gptq");
    }

    private void refused(String message) {
        assertThatThrownBy(() -> open().close())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }
}
