package dev.kaiaku.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.HostileFile;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceBaseTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeBase() {
        TinyBase.write(directory, TinySpec.defaults(Architecture.QWEN2));
    }

    private void change(String file, String present, String instead) throws IOException {
        Path path = directory.resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(present);
        Files.writeString(path, text.replace(present, instead));
    }

    private void refused(String message) {
        assertThatThrownBy(() -> BaseModels.open(directory).close())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void missingTensorIsNamed() throws IOException {
        change("config.json", "\"num_hidden_layers\" : 2", "\"num_hidden_layers\" : 3");
        refused("tensor model.layers.2.input_layernorm.weight is missing");
    }

    @Test
    void wrongShapeIsNamed() throws IOException {
        change("config.json", "\"intermediate_size\" : 192", "\"intermediate_size\" : 184");
        refused("tensor model.layers.0.mlp.gate_proj.weight has the shape [192, 64], config.json asks for [184, 64]");
    }

    @Test
    void tokensBeyondTheEmbeddingAreNamed() throws IOException {
        change("tokenizer.json", ":322", ":323");
        refused("has the id 323, the model has 323 rows of embeddings");
    }

    @Test
    void baseWithoutControlTokensHasNoChatFormat() throws IOException {
        change("tokenizer.json", "<|im_start|>", "<|im_begin|>");
        try (BaseModel base = BaseModels.open(directory)) {
            assertThatThrownBy(base::chatFormat)
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("a base without a known chat format")
                    .hasMessageContaining("chatml (<|im_start|> <|im_end|>)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "tokenizer.json", "tokenizer_config.json"})
    void damagedFilesAreRefusedAndNothingElse(String file) throws IOException {
        Path path = directory.resolve(file);
        byte[] good = Files.readAllBytes(path);
        HostileFile hostile = new HostileFile(path, good, damaged -> {
            try (BaseModel base = BaseModels.open(directory)) {
                base.chatFormat();
            }
        });
        hostile.flipBytes(good.length, 300, 19);
    }

    @Test
    void missingFilesAreNamed() throws IOException {
        Files.delete(directory.resolve("tokenizer.json"));
        refused("tokenizer.json: no such file");
        Files.delete(directory.resolve("model.safetensors"));
        refused("no model.safetensors and no model.safetensors.index.json in it");
        Files.delete(directory.resolve("config.json"));
        refused("config.json: no such file");
    }

    @Test
    void brokenJsonIsNamedWithItsPlace() throws IOException {
        change("config.json", "\"model_type\"", "model_type");
        refused("config.json: not JSON");
    }

    @Test
    void otherTypesOfWeightsAreNamed() throws IOException {
        Path weights = directory.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Files.writeString(
                weights, text.replaceFirst("\"dtype\":\"BF16\"", "\"dtype\":\"I16\" "), StandardCharsets.ISO_8859_1);
        refused("tensor model.embed_tokens.weight is I16, supported are F32, F16 and BF16");
    }

    @Test
    void nameComesFromTheCheckpointOrTheHubCache() throws IOException {
        change("config.json", "\"model_type\"", "\"_name_or_path\" : \"org/Some-Model\",\n  \"model_type\"");
        try (BaseModel base = BaseModels.open(directory)) {
            assertThat(base.name()).isEqualTo("Some-Model");
        }
        Path snapshot = directory
                .resolve("models--org--Cached-Model")
                .resolve("snapshots")
                .resolve("0123");
        TinyBase.write(snapshot, TinySpec.defaults(Architecture.LLAMA));
        try (BaseModel base = BaseModels.open(snapshot)) {
            assertThat(base.name()).isEqualTo("Cached-Model");
        }
    }

    @Test
    void shardsAreReadAsOneModel() throws IOException {
        try (BaseModel whole = BaseModels.open(directory)) {
            StringBuilder map = new StringBuilder();
            for (TensorInfo tensor : whole.tensors()) {
                String shard = "model-" + (tensor.name().hashCode() & 1) + ".safetensors";
                map.append(map.isEmpty() ? "" : ",").append("\"%s\":\"%s\"".formatted(tensor.name(), shard));
            }
            for (int shard = 0; shard < 2; shard++) {
                writeShard(whole, shard);
            }
            Files.writeString(directory.resolve("model.safetensors.index.json"), "{\"weight_map\":{" + map + "}}");
            try (BaseModel sharded = BaseModels.open(directory)) {
                assertThat(sharded.tensors()).isEqualTo(whole.tensors());
                for (TensorInfo tensor : whole.tensors()) {
                    int rows = (int) tensor.rows();
                    assertThat(sharded.read(tensor, 0, rows)).isEqualTo(whole.read(tensor, 0, rows));
                }
            }
        }
    }

    private void writeShard(BaseModel whole, int shard) {
        List<TensorInfo> tensors = whole.tensors().stream()
                .filter(tensor -> (tensor.name().hashCode() & 1) == shard)
                .toList();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(directory.resolve("model-" + shard + ".safetensors"), tensors)) {
            for (TensorInfo tensor : tensors) {
                ByteBuffer bytes = whole.read(tensor, 0, (int) tensor.rows());
                assertThat(tensor.type()).isEqualTo(TensorType.BF16);
                writer.write(tensor.name(), bytes);
            }
            writer.finish();
        }
    }
}
