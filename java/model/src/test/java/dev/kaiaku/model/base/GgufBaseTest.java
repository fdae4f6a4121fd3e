package dev.kaiaku.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.HostileFile;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.architecture.GgufNames;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.architecture.Rope;
import dev.kaiaku.model.architecture.RotaryRows;
import dev.kaiaku.model.gguf.GgufWriter;
import dev.kaiaku.model.tokenizer.Pieces;
import dev.kaiaku.model.tokenizer.TokenType;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** GGUF files written here from a tiny base, as converters write them. */
class GgufBaseTest {
    @TempDir
    Path directory;

    /** What a test changes of the file. */
    private String architectureName = "";

    private List<String> leftOut = List.of();
    private List<TensorInfo> added = List.of();
    private boolean withRopeFreqs;

    private BaseModel source(Architecture architecture) {
        Path path = directory.resolve("source");
        TinyBase.write(path, TinySpec.defaults(architecture).withTiedEmbeddings(false));
        return BaseModels.open(path);
    }

    private Path convert(BaseModel base) {
        Path path = directory.resolve("model.gguf");
        ModelConfig config = base.config();
        String prefix = config.architecture().ggufName() + ".";
        TokenizerData tokenizer = base.tokenizer().data();
        try (GgufWriter writer = GgufWriter.create(path)) {
            writer.string(
                    "general.architecture",
                    architectureName.isEmpty() ? config.architecture().ggufName() : architectureName);
            writer.string("general.name", "Tiny Thing");
            writer.u32(prefix + "block_count", config.layers());
            writer.u32(prefix + "context_length", config.contextLength());
            writer.u32(prefix + "embedding_length", config.hiddenSize());
            writer.u32(prefix + "feed_forward_length", config.intermediateSize());
            writer.u32(prefix + "attention.head_count", config.heads());
            writer.u32(prefix + "attention.head_count_kv", config.kvHeads());
            writer.f32(prefix + "attention.layer_norm_rms_epsilon", config.rmsNormEps());
            writer.f32(prefix + "rope.freq_base", (float) config.rope().theta());
            if (config.architecture() == Architecture.GEMMA3) {
                writer.u32("gemma3.attention.sliding_window", 512);
                writer.f32("gemma3.rope.freq_base_swa", 10_000);
            }
            Pieces pieces = tokenizer.pieces();
            writer.string("tokenizer.ggml.model", pieces == null ? "gpt2" : "llama");
            writer.string("tokenizer.ggml.pre", tokenizer.pre());
            writer.strings("tokenizer.ggml.tokens", tokenizer.tokens());
            writer.i32s(
                    "tokenizer.ggml.token_type",
                    tokenizer.types().stream().mapToInt(TokenType::id).toArray());
            if (pieces == null) {
                writer.strings("tokenizer.ggml.merges", tokenizer.merges());
            } else {
                writer.f32s("tokenizer.ggml.scores", pieces.scores());
                writer.bool("tokenizer.ggml.add_space_prefix", false);
                writer.u32("tokenizer.ggml.bos_token_id", 2);
                writer.u32("tokenizer.ggml.unknown_token_id", 3);
            }
            writer.u32("tokenizer.ggml.eos_token_id", pieces == null ? 2 : 1);
            writer.u32("tokenizer.ggml.padding_token_id", 0);
            writeTensors(base, writer);
            writer.finish();
        }
        return path;
    }

    private void writeTensors(BaseModel base, GgufWriter writer) {
        List<TensorInfo> tensors = new ArrayList<>();
        for (TensorInfo tensor : base.tensors()) {
            if (!leftOut.contains(tensor.name())) {
                tensors.add(tensor);
                writer.tensor(new TensorInfo(
                        GgufNames.of(base.config().architecture(), tensor.name()), tensor.type(), tensor.shape()));
            }
        }
        added.forEach(writer::tensor);
        TensorInfo freqs = new TensorInfo(
                GgufNames.ROPE_FREQS, TensorType.F32, List.of(base.config().headDim() / 2L));
        if (withRopeFreqs) {
            writer.tensor(freqs);
        }
        for (TensorInfo tensor : tensors) {
            writer.write(GgufNames.of(base.config().architecture(), tensor.name()), ggufOrder(base, tensor));
        }
        for (TensorInfo tensor : added) {
            writer.write(tensor.name(), ByteBuffer.allocate((int) tensor.bytes()));
        }
        if (withRopeFreqs) {
            ByteBuffer values = ByteBuffer.allocate((int) freqs.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; values.hasRemaining(); i++) {
                values.putFloat(1 + i);
            }
            writer.write(GgufNames.ROPE_FREQS, values.flip());
        }
    }

    /** Rows in the order of GGUF files, by the formula for where each comes from. */
    private static ByteBuffer ggufOrder(BaseModel base, TensorInfo tensor) {
        ByteBuffer all = base.read(tensor, 0, (int) tensor.rows());
        if (!RotaryRows.apply(base.config().architecture(), tensor.name())) {
            return all;
        }
        int half = base.config().headDim() / 2;
        int rows = (int) tensor.shape().get(0).longValue();
        int rowBytes = (int) (tensor.bytes() / rows);
        ByteBuffer out = ByteBuffer.allocate((int) tensor.bytes());
        for (int head = 0; head < rows / (2 * half); head++) {
            for (int i = 0; i < half; i++) {
                for (int side = 0; side < 2; side++) {
                    out.put(all.slice((head * 2 * half + side * half + i) * rowBytes, rowBytes));
                }
            }
        }
        return out.flip();
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void holdsTheSameModelAsTheDirectoryItWasMadeFrom(Architecture architecture) {
        try (BaseModel source = source(architecture);
                BaseModel base = BaseModels.open(convert(source))) {
            assertThat(base.config()).isEqualTo(source.config());
            assertThat(base.tensors()).isEqualTo(source.tensors());
            assertThat(base.tokenizer().data()).isEqualTo(source.tokenizer().data());
            assertThat(base.chatFormat()).isEqualTo(source.chatFormat());
            assertThat(base.name()).isEqualTo("Tiny Thing");
            for (TensorInfo tensor : source.tensors()) {
                int rows = (int) tensor.rows();
                assertThat(base.read(tensor, 0, rows)).as(tensor.name()).isEqualTo(source.read(tensor, 0, rows));
                if (rows > 20) {
                    assertThat(base.read(tensor, 5, 13)).as(tensor.name()).isEqualTo(source.read(tensor, 5, 13));
                }
            }
        }
    }

    @Test
    void rowOrderGoesBothWays() {
        for (long row = 0; row < 96; row++) {
            assertThat(RotaryRows.toHuggingFace(RotaryRows.toGguf(row, 24), 24)).isEqualTo(row);
        }
        assertThat(RotaryRows.toGguf(24 + 12 + 3, 24)).isEqualTo(24 + 2 * 3 + 1);
    }

    @Test
    void ropeFreqsAreDivisors() {
        withRopeFreqs = true;
        try (BaseModel source = source(Architecture.LLAMA);
                BaseModel base = BaseModels.open(convert(source))) {
            assertThat(base.config().rope().scaling()).isInstanceOf(Rope.Divisors.class);
            assertThat(base.config().rope().divisors(16)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        }
    }

    @Test
    void withoutHeadTheEmbeddingIsTheHead() {
        leftOut = List.of("lm_head.weight");
        try (BaseModel source = source(Architecture.LLAMA);
                BaseModel base = BaseModels.open(convert(source))) {
            assertThat(base.config().tiedEmbeddings()).isTrue();
        }
    }

    @Test
    void damagedKeysAreRefusedAndNothingElse() throws IOException {
        try (BaseModel source = source(Architecture.QWEN2)) {
            byte[] good = Files.readAllBytes(convert(source));
            HostileFile hostile = new HostileFile(
                    directory.resolve("damaged.gguf"),
                    good,
                    path -> BaseModels.open(path).close());
            hostile.flipBytes(1200, 250, 13);
            hostile.flipBytes(12_000, 250, 17);
        }
    }

    @Test
    void missingTensorIsNamed() {
        leftOut = List.of("model.layers.1.mlp.up_proj.weight");
        refused("tensor blk.1.ffn_up.weight is missing");
    }

    @Test
    void tensorsOfOtherModelsAreNamed() {
        added = List.of(new TensorInfo("blk.0.attn_q_norm.weight", TensorType.F32, List.of(16L)));
        refused("tensor blk.0.attn_q_norm.weight is not of a model that can be trained");
    }

    @Test
    void wrongShapeIsNamed() {
        leftOut = List.of("model.norm.weight");
        added = List.of(new TensorInfo("output_norm.weight", TensorType.F32, List.of(32L)));
        refused("tensor output_norm.weight has the shape [32], the file's keys ask for [64]");
    }

    @Test
    void otherArchitecturesAreNamed() {
        architectureName = "gpt2";
        refused("architecture gpt2 is not supported; supported are llama");
    }

    private void refused(String message) {
        try (BaseModel source = source(Architecture.LLAMA)) {
            Path path = convert(source);
            assertThatThrownBy(() -> BaseModels.open(path).close())
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("model.gguf: ")
                    .hasMessageContaining(message);
        }
    }
}
