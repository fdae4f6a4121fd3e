package dev.kaiaku.model.gguf;

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
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufTest {
    @TempDir
    Path directory;

    private static final TensorInfo MATRIX = new TensorInfo("a.weight", TensorType.Q8_0, List.of(3L, 64L));
    private static final TensorInfo VECTOR = new TensorInfo("b.weight", TensorType.F32, List.of(5L));

    private static ByteBuffer bytes(TensorInfo tensor, int from, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            bytes.put((byte) (tensor.name().charAt(0) + from + i));
        }
        return bytes.flip();
    }

    private Path writeSample() {
        Path path = directory.resolve("sample.gguf");
        try (GgufWriter writer = GgufWriter.create(path)) {
            writer.string("general.architecture", "llama");
            writer.u32("general.file_type", 0xFFFFFFFFL);
            writer.f32("epsilon", 1e-5f);
            writer.bool("yes", true);
            writer.strings("words", List.of("", "é🙂", "b"));
            writer.i32s("types", new int[] {1, -3});
            writer.tensor(MATRIX);
            writer.tensor(VECTOR);
            writer.write("a.weight", bytes(MATRIX, 0, 100));
            writer.write("a.weight", bytes(MATRIX, 100, 104));
            writer.write("b.weight", bytes(VECTOR, 0, 20));
            writer.finish();
        }
        return path;
    }

    @Test
    void readsWhatWasWritten() {
        try (GgufFile file = GgufFile.open(writeSample())) {
            GgufMetadata metadata = file.metadata();
            assertThat(metadata.keys())
                    .containsExactly("general.architecture", "general.file_type", "epsilon", "yes", "words", "types");
            assertThat(metadata.string("general.architecture")).isEqualTo("llama");
            assertThat(metadata.integer("general.file_type")).isEqualTo(0xFFFFFFFFL);
            assertThat(metadata.real("epsilon")).isEqualTo(1e-5f);
            assertThat(metadata.findBool("yes")).isTrue();
            assertThat(metadata.strings("words")).containsExactly("", "é🙂", "b");
            assertThat(metadata.integers("types")).containsExactly(1L, -3L);
            assertThat(file.tensors().keySet()).containsExactly("a.weight", "b.weight");
            GgufTensor matrix = file.tensor("a.weight");
            assertThat(matrix.shape()).containsExactly(3L, 64L);
            assertThat(matrix.type()).isEqualTo(TensorType.Q8_0);
            assertThat(matrix.position() % 32).isZero();
            assertThat(file.read(matrix, 1, 2)).isEqualTo(bytes(MATRIX, 68, 136));
            assertThat(file.read(file.tensor("b.weight"), 0, 1)).isEqualTo(bytes(VECTOR, 0, 20));
        }
    }

    @Test
    void wrongTypeAndMissingKeysAreNamed() {
        try (GgufFile file = GgufFile.open(writeSample())) {
            assertThatThrownBy(() -> file.metadata().integer("general.architecture"))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("general.architecture is not a whole number");
            assertThatThrownBy(() -> file.metadata().strings("types"))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("types");
            assertThatThrownBy(() -> file.metadata().string("absent"))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("key absent is missing");
            assertThatThrownBy(() -> file.tensor("c.weight"))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("tensor c.weight is missing");
        }
    }

    @Test
    void unfinishedFileLeavesTheOldOne() throws IOException {
        Path path = writeSample();
        byte[] before = Files.readAllBytes(path);
        try (GgufWriter writer = GgufWriter.create(path)) {
            writer.tensor(VECTOR);
            writer.write("b.weight", bytes(VECTOR, 0, 8));
            assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> writer.write("b.weight", bytes(VECTOR, 0, 20)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writer.write("a.weight", bytes(MATRIX, 0, 8)))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(path).hasBinaryContent(before);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void cutShortFileSaysWhichTensorAndHowMuch() throws IOException {
        Path path = writeSample();
        byte[] bytes = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(bytes, bytes.length - 40));
        assertThatThrownBy(() -> GgufFile.open(path).close())
                .isInstanceOf(BadInputException.class)
                .hasMessageMatching(".*sample.gguf: cut short: tensor b.weight needs 20 bytes at \\d+, the file has "
                        + (bytes.length - 40) + "; download it again");
    }

    @Test
    void damagedFilesAreRefusedAndNothingElse() throws IOException {
        // Without the padding after the last tensor, which nobody misses.
        byte[] padded = Files.readAllBytes(writeSample());
        byte[] good = Arrays.copyOf(padded, padded.length - 12);
        HostileFile hostile = new HostileFile(
                directory.resolve("damaged.gguf"),
                good,
                path -> GgufFile.open(path).close());
        hostile.truncate(good.length);
        hostile.flipBytes(good.length - 224, 3_000, 7);
    }

    @Test
    void absurdCountsAllocateNothing() throws IOException {
        for (long count : new long[] {-1, Long.MAX_VALUE, 1L << 40, 1 << 16}) {
            ByteBuffer head = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
            head.putInt(GgufHeader.MAGIC).putInt(3).putLong(count).putLong(count);
            Path path = directory.resolve("absurd.gguf");
            Files.write(path, head.array());
            assertThatThrownBy(() -> GgufFile.open(path).close()).isInstanceOf(BadInputException.class);
        }
    }

    @Test
    void otherKindsOfFilesAreNamed() throws IOException {
        refused("hello, this is text", "does not start with the letters GGUF");
        refused("GGUF\1\0\0\0", "GGUF version 1");
        refused("GGUF\0\0\0\3", "big-endian");
        refused("", "does not start with the letters GGUF");
    }

    private void refused(String start, String message) throws IOException {
        Path path = directory.resolve("other.gguf");
        Files.write(path, start.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> GgufFile.open(path).close())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void splitModelsAreRefused() {
        Path path = directory.resolve("model-00001-of-00002.gguf");
        try (GgufWriter writer = GgufWriter.create(path)) {
            writer.u32("split.count", 2);
            writer.finish();
        }
        assertThatThrownBy(() -> GgufFile.open(path).close())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("one of 2 parts of a split model");
    }

    @Test
    void keysThatComeTwiceAreRefused() throws IOException {
        LittleEndianBytes head = new LittleEndianBytes();
        head.i32(GgufHeader.MAGIC).i32(3).i64(0).i64(2);
        for (int i = 0; i < 2; i++) {
            head.string("key").i32(GgufType.BOOL.id).i8(1);
        }
        Path path = directory.resolve("twice.gguf");
        Files.write(path, head.toByteArray());
        assertThatThrownBy(() -> GgufFile.open(path).close())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("key key is there twice");
    }

    @Test
    void tensorsMustLieWhereTheirSizesPutThem() throws IOException {
        LittleEndianBytes head = new LittleEndianBytes();
        head.i32(GgufHeader.MAGIC).i32(3).i64(2).i64(0);
        head.string("x").i32(1).i64(8).i32(0).i64(0);
        head.string("y").i32(1).i64(8).i32(0).i64(64);
        Path path = directory.resolve("hole.gguf");
        Files.write(path, Arrays.copyOf(head.toByteArray(), 4096));
        assertThatThrownBy(() -> GgufFile.open(path).close())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("tensor y is said to be at 64 of the data, expected 32");
    }
}
