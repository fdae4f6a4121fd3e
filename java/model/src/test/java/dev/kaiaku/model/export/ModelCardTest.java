package dev.kaiaku.model.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.model.format.ChatFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCardTest {
    private static final PersonaInfo ANA = new PersonaInfo("ana|<b>", "secret words", ChatFormat.CHATML);
    private static final Provenance PROVENANCE = new Provenance("SmolLM2-135M", "apache-2.0", "aa", "bb", 0.5);

    @TempDir
    Path folder;

    @Test
    void statesBaseLicenceAndThatItIsPrivate() {
        String text = new ModelCard(ANA, PROVENANCE, null)
                .evaluation(List.of("| base | 3.2 |"))
                .text();

        assertThat(text)
                .startsWith("---\nbase_model: \"SmolLM2-135M\"\nlicense: \"apache-2.0\"\n")
                .contains("Keep it private", "| base | 3.2 |", "| strength of the adapter | 0.5000 |")
                .contains("# ana\\|\\<b\\>")
                .doesNotContain("secret words");
    }

    @Test
    void replacesItsOwnCardAndNoOther() throws IOException {
        assertThat(new ModelCard(ANA, PROVENANCE, null).write(folder)).isTrue();
        assertThat(new ModelCard(ANA, PROVENANCE, null).write(folder)).isTrue();

        Path mine = Files.createDirectories(folder.resolve("mine"));
        Files.writeString(mine.resolve("README.md"), "# mine\n");
        assertThat(new ModelCard(ANA, PROVENANCE, null).write(mine)).isFalse();
        assertThat(mine.resolve("README.md")).hasContent("# mine");
    }
}
