package dev.kaiaku.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectorySwapTest {
    @TempDir
    Path folder;

    private static void write(Path target, String text) {
        DirectorySwap.write(target, fresh -> AtomicFile.write(fresh.resolve("content"), text));
    }

    @Test
    void aDirectoryIsReplacedWhole() {
        Path target = folder.resolve("a/b");
        write(target, "old");
        write(target, "new");
        assertThat(target.resolve("content")).hasContent("new");
        assertThat(folder.resolve("a")).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void aFailureLeavesWhatWasThere() {
        Path target = folder.resolve("kept");
        write(target, "old");
        assertThatThrownBy(() -> DirectorySwap.write(target, fresh -> {
                    throw new IllegalStateException("in the middle");
                }))
                .hasMessage("in the middle");
        assertThat(target.resolve("content")).hasContent("old");
        assertThat(folder).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void whatSteppedAsideComesBackAfterAKill() throws IOException {
        Path target = folder.resolve("state");
        write(target, "old");
        Files.move(target, folder.resolve(".state.old"));
        Files.createDirectories(folder.resolve(".state.999999999-1.tmp/half"));
        DirectorySwap.recover(target);
        assertThat(target.resolve("content")).hasContent("old");
        assertThat(folder).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void whatWasReplacedGoesAfterAKill() throws IOException {
        Path target = folder.resolve("state");
        write(folder.resolve(".state.old"), "old");
        write(target, "new");
        Files.createDirectories(folder.resolve(".state.old"));
        DirectorySwap.recover(target);
        assertThat(target.resolve("content")).hasContent("new");
        assertThat(folder).isDirectoryNotContaining("glob:**/.*");
    }
}
