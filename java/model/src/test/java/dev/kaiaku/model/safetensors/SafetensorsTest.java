package dev.kaiaku.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.HostileFile;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path directory;

    private static final TensorInfo MATRIX = new TensorInfo("layers.0.weight", TensorType.F32, List.of(3L, 4L));
    private static final TensorInfo VECTOR = new TensorInfo("norm", TensorType.BF16, List.of(5L));

    private static ByteBuffer numbers(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i);
        }
        return bytes.flip();
    }

    private Path writeSample(String name) {
        Path path = directory.resolve(name);
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, List.of(MATRIX, VECTOR))) {
            ByteBuffer matrix = numbers(12);
            writer.write("layers.0.weight", matrix.slice(0, 20));
            writer.write("layers.0.weight", matrix.slice(20, 28));
            writer.write("norm", numbers(12).slice(0, 10));
            writer.finish();
        }
        return path;
    }

    private Path writeRaw(String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text);
        return Files.write(directory.resolve("raw.safetensors"), bytes.array());
    }

    @Test
    void readsWhatWasWritten() {
        try (SafetensorsFile file = SafetensorsFile.open(writeSample("a.safetensors"))) {
            assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
            assertThat(file.tensors().keySet()).containsExactly("layers.0.weight", "norm");
            SafetensorsTensor matrix = file.tensor("layers.0.weight");
            assertThat(matrix.shape()).containsExactly(3L, 4L);
            assertThat(matrix.dtype()).isEqualTo(Dtype.F32);
            assertThat(matrix.position() % 8).isZero();
            assertThat(file.read(matrix, 1, 2)).isEqualTo(numbers(12).slice(16, 32));
            assertThat(file.floats("layers.0.weight")).hasSize(12).endsWith(10f, 11f);
            assertThatThrownBy(() -> file.floats("norm"))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("norm is BF16, expected F32");
            assertThatThrownBy(() -> file.read(matrix, 2, 2)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void incompleteTensorsAreNotFinished() {
        Path path = directory.resolve("b.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, List.of(MATRIX, VECTOR))) {
            writer.write("layers.0.weight", numbers(12));
            assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> writer.write("layers.0.weight", numbers(1)))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void damagedFilesAreRefusedAndNothingElse() throws IOException {
        byte[] good = Files.readAllBytes(writeSample("good.safetensors"));
        HostileFile hostile = new HostileFile(
                directory.resolve("damaged.safetensors"),
                good,
                path -> SafetensorsFile.open(path).close());
        hostile.truncate(good.length);
        hostile.flipBytes(good.length - 58, 3_000, 11);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} ; 9 ; 1 bytes after the last tensor
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} ; 7 ; cut short: tensor a needs 8 bytes
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} ; 12 ; a leaves a hole
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[2,10]}} ; 10 ; b overlaps
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} ; 8 ; a of F32 [3] needs 12 bytes
            {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}} ; 0 ; impossible shape
            {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}} ; 0 ; impossible shape
            {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}} ; 0 ; impossible shape
            {"a":{"dtype":"F32","shape":[1e3],"data_offsets":[0,0]}} ; 0 ; not as the format asks
            {"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}} ; 4 ; unknown dtype F31
            {"a":{"dtype":"F32","shape":[1]}} ; 4 ; lacks its dtype
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}} ; 2 ; not JSON
            [] ; 0 ; not as the format asks
            {"a":3} ; 0 ; not as the format asks
            {} {} ; 0 ; after the header
            """)
    void brokenRulesAreNamed(String header, int dataBytes, String message) throws IOException {
        Path path = writeRaw(header, dataBytes);
        assertThatThrownBy(() -> SafetensorsFile.open(path).close())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("raw.safetensors: ")
                .hasMessageContaining(message);
    }

    @Test
    void scalarsAndEmptyTensorsAreAllowed() throws IOException {
        Path path = writeRaw(
                "{\"e\":{\"dtype\":\"F32\",\"shape\":[0,4],\"data_offsets\":[0,0]},"
                        + "\"s\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}  ",
                8);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.read(file.tensor("s")).remaining()).isEqualTo(8);
            assertThat(file.read(file.tensor("e")).remaining()).isZero();
        }
    }

    @Test
    void shardsAreFoundThroughTheIndex() throws IOException {
        writeSample("model-00001-of-00001.safetensors");
        Files.writeString(
                directory.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"norm\":\"model-00001-of-00001.safetensors\"}}");
        try (SafetensorsSet set = SafetensorsSet.open(directory)) {
            SafetensorsTensor norm = set.find("norm");
            assertThat(norm).isNotNull();
            assertThat(set.read(Objects.requireNonNull(norm), 0, 5).remaining()).isEqualTo(10);
            assertThat(set.find("layers.0.weight")).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            {"weight_map":{"norm":"../secret.safetensors"}} ; odd file name
            {"weight_map":{"norm":"absent.safetensors"}} ; absent.safetensors: no such file
            {"weight_map":{"other":"s.safetensors"}} ; tensor other is missing
            {"weight_map":{}} ; expected an object weight_map
            {"weight_map":[ ; not JSON
            """)
    void brokenIndexesAreNamed(String index, String message) throws IOException {
        writeSample("s.safetensors");
        Files.writeString(directory.resolve("model.safetensors.index.json"), index);
        assertThatThrownBy(() -> SafetensorsSet.open(directory).close())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message);
    }
}
