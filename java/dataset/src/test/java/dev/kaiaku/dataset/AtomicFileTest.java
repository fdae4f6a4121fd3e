package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void replacesTheOldFileAndMakesMissingFolders() throws IOException {
        Path target = folder.resolve("a/b/file.txt");
        AtomicFile.write(target, "old");
        AtomicFile.write(target, "new");
        assertThat(target).hasContent("new");
        assertThat(names(folder.resolve("a/b"))).containsExactly("file.txt");
    }

    @Test
    void keepsTheOldFileWhenTheContentFails() throws IOException {
        Path target = folder.resolve("file.txt");
        AtomicFile.write(target, "old");
        assertThatThrownBy(() -> AtomicFile.write(target, out -> {
                    out.write(new byte[100_000]);
                    throw new IllegalStateException("half way");
                }))
                .hasMessage("half way");
        assertThat(target).hasContent("old");
        assertThat(names(folder)).containsExactly("file.txt");
    }

    @Test
    void showsNothingBeforeTheCommit() throws IOException {
        Path target = folder.resolve("file.txt");
        try (AtomicFile file = AtomicFile.create(target)) {
            file.stream().write("text".getBytes(StandardCharsets.UTF_8));
            file.stream().flush();
            assertThat(target).doesNotExist();
            file.commit();
            assertThat(target).hasContent("text");
        }
        assertThat(names(folder)).containsExactly("file.txt");
    }

    @Test
    void showsNoneOfSeveralFilesBeforeAllAreOnTheDisk() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "no /dev/full");
        try (AtomicFile first = AtomicFile.create(folder.resolve("first"));
                AtomicFile second = AtomicFile.create(folder.resolve("second"));
                AtomicFile third = AtomicFile.create(full)) {
            List.of(first, second, third).forEach(file -> file.append("text"));
            assertThatThrownBy(() -> AtomicFile.commit(List.of(first, second, third)))
                    .isInstanceOf(BadInputException.class);
            assertThat(folder.resolve("first")).doesNotExist();
        }
        assertThat(names(folder)).isEmpty();
        try (AtomicFile first = AtomicFile.create(folder.resolve("first"));
                AtomicFile second = AtomicFile.create(folder.resolve("second"))) {
            first.append("one");
            second.append("two");
            AtomicFile.commit(List.of(first, second));
        }
        assertThat(names(folder)).containsExactly("first", "second");
        assertThat(folder.resolve("second")).hasContent("two");
    }

    @Test
    void removesWhatAKilledProcessLeft() throws IOException, InterruptedException {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path abandoned = folder.resolve(".file.txt." + dead.pid() + "-1.tmp");
        Path alive = folder.resolve(".file.txt." + ProcessHandle.current().pid() + "-999.tmp");
        Path other = folder.resolve(".other.txt." + dead.pid() + "-1.tmp");
        for (Path file : List.of(abandoned, alive, other)) {
            Files.writeString(file, "half");
        }
        AtomicFile.write(folder.resolve("file.txt"), "whole");
        assertThat(abandoned).doesNotExist();
        assertThat(alive).exists();
        assertThat(other).exists();
    }

    @Test
    void tellsAFullDiskInOneLine() {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "no /dev/full");
        assertThatThrownBy(() -> AtomicFile.write(full, out -> fill(out, 200_000)))
                .isInstanceOf(BadInputException.class)
                .hasMessage("/dev/full: the disk is full; free some space and run again");
        assertThatThrownBy(() -> AtomicFile.write(full, "a few bytes")).isInstanceOf(BadInputException.class);
    }

    @Test
    void refusesAFolderAsTarget() {
        assertThatThrownBy(() -> AtomicFile.write(folder, "text"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is a folder");
    }

    @Test
    void refusesAFileAsFolder() {
        AtomicFile.write(folder.resolve("file"), "text");
        assertThatThrownBy(() -> AtomicFile.write(folder.resolve("file/inside"), "text"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("a file stands where a folder is needed");
    }

    private static void fill(OutputStream out, int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            out.write(i);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
