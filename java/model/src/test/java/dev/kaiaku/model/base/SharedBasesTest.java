package dev.kaiaku.model.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.format.ChatFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference models of the shared folder, as transformers saved them. */
class SharedBasesTest {
    private static Path golden(String name) {
        String shared = System.getProperty("kaiaku.shared", "");
        Assumptions.assumeTrue(!shared.isEmpty(), "kaiaku.shared is not set");
        Path path = Path.of(shared, "golden", name);
        Assumptions.assumeTrue(Files.isDirectory(path), path + " is absent");
        return path;
    }

    @ParameterizedTest
    @CsvSource({
        "llama-tied, LLAMA, 3, true, false",
        "llama3-rope, LLAMA, 2, false, false",
        "mistral, LLAMA, 2, false, false",
        "qwen2, QWEN2, 3, false, true",
        "qwen3, QWEN3, 3, true, false",
        "qwen3-nf4, QWEN3, 3, true, false",
        "gemma3, GEMMA3, 7, true, false"
    })
    void goldenModelsOpen(String name, String architecture, int layers, boolean tied, boolean bias) {
        try (BaseModel base = BaseModels.open(golden(name))) {
            ModelConfig config = base.config();
            assertThat(config.architecture()).hasToString(architecture);
            assertThat(config.layers()).isEqualTo(layers);
            assertThat(config.tiedEmbeddings()).isEqualTo(tied);
            assertThat(config.features().attentionBias()).isEqualTo(bias);
            assertThat(base.name()).isEqualTo(name);
            assertThat(base.chatFormat()).isEqualTo(ChatFormat.CHATML);
            assertThat(base.tokenizer().data().tokens()).hasSize(320);
            assertThat(base.tokenizer().data().merges()).hasSize(61);
            assertThat(base.tokenizer().data().pre()).isEqualTo("gpt-2");
            assertThat(base.tokenizer().decode(base.tokenizer().encode("kk é 🙂")))
                    .isEqualTo("kk é 🙂");
            long values = 0;
            for (TensorInfo tensor : base.tensors()) {
                int rows = (int) tensor.rows();
                assertThat(base.read(tensor, 0, rows).remaining()).isEqualTo(tensor.bytes());
                values += tensor.rows() * tensor.columns();
            }
            assertThat(values).isEqualTo(config.parameters());
        }
    }
}
