package dev.kaiaku.model.export.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.bindings.MergeRows;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.JsonFile;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.RandomAdapter;
import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.QuantType;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Directories that are read back as bases. */
class SafetensorsExportTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everyValueIsTheMergedOneWhateverTheNumberOfFiles(Architecture architecture) throws IOException {
        try (BaseModel base = base(architecture)) {
            MergedModel merged = new MergedModel(base, RandomAdapter.of(base, 4, 0.1), 1);
            Path out = folder.resolve("hf");
            SafetensorsExport.write(merged, TensorType.F32, 100_000, out, Progress.NONE);
            try (BaseModel read = BaseModels.open(out);
                    Stream<Path> files = Files.list(out)) {
                assertThat(files.filter(file -> file.toString().endsWith(".safetensors")))
                        .hasSizeGreaterThan(2);
                assertThat(read.config()).isEqualTo(base.config());
                assertThat(read.tokenizer().data()).isEqualTo(base.tokenizer().data());
                assertThat(read.chatFormat()).isEqualTo(base.chatFormat());
                for (TensorInfo tensor : merged.tensors()) {
                    assertThat(values(read, tensor.name()))
                            .as(tensor.name())
                            .containsExactly(values(merged, tensor.name()));
                }
            }
        }
    }

    @Test
    void aBaseInOneGgufFileBecomesADirectory() {
        try (BaseModel tiny = base(Architecture.QWEN2)) {
            Path gguf = folder.resolve("base.gguf");
            PersonaInfo persona = new PersonaInfo("ana", null, tiny.chatFormat());
            GgufExport.write(new MergedModel(tiny, null, 1), persona, QuantType.F32, gguf, Progress.NONE);
            try (BaseModel base = BaseModels.open(gguf)) {
                Path out = folder.resolve("hf");
                SafetensorsExport.write(new MergedModel(base, null, 1), TensorType.BF16, out, Progress.NONE);
                try (BaseModel read = BaseModels.open(out)) {
                    assertThat(read.config()).isEqualTo(tiny.config());
                    assertThat(read.tokenizer().encode("what are you doing?"))
                            .isEqualTo(tiny.tokenizer().encode("what are you doing?"));
                    String name = "model.layers.1.self_attn.k_proj.weight";
                    assertThat(values(read, name)).containsExactly(values(tiny, name));
                }
                int end = tiny.tokenizer().controlId("<|im_end|>").orElseThrow();
                assertThat(JsonFile.read(out.resolve("generation_config.json"))
                                .path("eos_token_id")
                                .path(0)
                                .asInt())
                        .isEqualTo(end);
                assertThat(out.resolve("model.safetensors.index.json")).doesNotExist();
            }
        }
    }

    @Test
    void aBrokenAdapterLeavesWhatStoodThere() throws IOException {
        try (BaseModel base = base(Architecture.LLAMA)) {
            Path out = Files.createDirectories(folder.resolve("hf"));
            Files.writeString(out.resolve("mine.txt"), "mine");
            LoraAdapter adapter = RandomAdapter.of(base, 4, 0.1);
            adapter.matrices().values().iterator().next().b()[3] = Float.NaN;
            MergedModel merged = new MergedModel(base, adapter, 1);
            assertThatThrownBy(() -> SafetensorsExport.write(merged, TensorType.F16, out, Progress.NONE))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("model.layers.0.mlp.down_proj.weight");
            try (Stream<Path> left = Files.walk(folder)) {
                assertThat(left.map(path -> path.getFileName().toString()))
                        .contains("mine.txt")
                        .noneMatch(name -> name.contains("model-0") || name.endsWith(".tmp"));
            }
        }
    }

    private BaseModel base(Architecture architecture) {
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(architecture).withTiedEmbeddings(false));
        return BaseModels.open(folder.resolve("base"));
    }

    private static float[] values(BaseModel model, String name) {
        TensorInfo tensor = model.tensors().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        int rows = Math.toIntExact(tensor.rows());
        int columns = Math.toIntExact(tensor.columns());
        float[] values = new float[rows * columns];
        MergeRows.convert(tensor.type().id(), model.read(tensor, 0, rows), rows, columns, FloatBuffer.wrap(values));
        return values;
    }
}
