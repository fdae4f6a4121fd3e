package dev.kaiaku.dataset.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Export;
import dev.kaiaku.dataset.input.BadRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportFilesTest {
    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        for (String name : List.of(
                "geral [part 10].csv",
                "geral [part 2].csv",
                "geral.csv",
                "sub/geral.csv",
                "sub/outro.CSV",
                "sub/outro.json",
                "x.dat")) {
            new Export().write(folder.resolve(name));
        }
        Files.createSymbolicLink(folder.resolve("link.csv"), folder.resolve("geral.csv"));
    }

    @Test
    void putsThePartsOfAChannelTogetherByNumber() {
        List<ExportChannel> channels = find(folder);
        assertThat(channels).extracting(ExportChannel::name).containsExactly("geral", "geral", "outro");
        assertThat(channels.get(0).files())
                .extracting(file -> file.path().getFileName().toString())
                .containsExactly("geral.csv", "geral [part 2].csv", "geral [part 10].csv");
    }

    @Test
    void countsAFileOnceHoweverItIsNamed() {
        List<ExportChannel> channels = find(
                folder.resolve("geral.csv"),
                folder.resolve("sub/../geral.csv"),
                folder.resolve("link.csv"),
                folder.resolve("geral.csv"));
        assertThat(channels).hasSize(1);
        assertThat(channels.get(0).files()).hasSize(1);
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertThatThrownBy(() -> find(folder.resolve("nothing")))
                .isInstanceOf(BadInputException.class)
                .hasMessageEndingWith("nothing: no such file or folder");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> find(empty))
                .isInstanceOf(BadInputException.class)
                .hasMessageEndingWith("no chat export in this folder; what can be read: " + ExportFormat.ids());
    }

    private static List<ExportChannel> find(Path... exports) {
        return ExportFiles.find(List.of(exports), null, null, new BadRows());
    }
}
