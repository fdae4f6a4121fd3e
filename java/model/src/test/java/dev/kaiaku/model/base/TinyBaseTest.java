package dev.kaiaku.model.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.format.ChatFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TinyBaseTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void opensAsWritten(Architecture architecture) {
        TinySpec spec =
                TinySpec.defaults(architecture).withSizes(128, 3, 256, 4, 1).withTiedEmbeddings(false);
        TinyBase.write(directory.resolve("tiny"), spec);
        try (BaseModel base = BaseModels.open(directory.resolve("tiny"))) {
            assertThat(base.config())
                    .isEqualTo(spec.config(base.tokenizer().data().tokens().size()));
            boolean gemma = architecture == Architecture.GEMMA3;
            assertThat(base.chatFormat()).isEqualTo(gemma ? ChatFormat.GEMMA : ChatFormat.CHATML);
            assertThat(base.tokenizer().data().pre()).isEqualTo(gemma ? "default" : "smollm");
            assertThat(base.tokenizer().addBos()).isEqualTo(gemma);
            assertThat(base.name()).isEqualTo("tiny");
            assertThat(base.tensors())
                    .filteredOn(tensor -> tensor.shape().size() == 2)
                    .extracting(TensorInfo::type)
                    .containsOnly(TensorType.BF16);
        }
    }

    @Test
    void sameSpecGivesTheSameBytes() throws IOException {
        TinySpec spec = TinySpec.defaults(Architecture.LLAMA);
        TinyBase.write(directory.resolve("a"), spec);
        TinyBase.write(directory.resolve("b"), spec);
        for (String file : new String[] {"model.safetensors", "tokenizer.json", "config.json"}) {
            assertThat(directory.resolve("a").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("b").resolve(file));
        }
    }

    @Test
    void mergesShortenTextLikeThatTheyWereLearnedFrom() {
        TinyBase.write(directory, TinySpec.defaults(Architecture.LLAMA), "banana bandana banana ".repeat(20));
        try (BaseModel base = BaseModels.open(directory)) {
            assertThat(base.tokenizer().encode("banana banana")).hasSizeLessThan(4);
            assertThat(base.tokenizer().decode(base.tokenizer().encode("ção 12 🙂\n")))
                    .isEqualTo("ção 12 🙂\n");
        }
    }

    /** The copy in the repository is what the command makes today. */
    @Test
    void committedBaseIsUpToDate() throws IOException {
        Path committed = Path.of(System.getProperty("kaiaku.root"), "models", "tiny");
        TinyBase.write(directory, TinySpec.defaults(Architecture.LLAMA));
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                assertThat(committed.resolve(file.getFileName())).hasSameBinaryContentAs(file);
            }
        }
    }
}
