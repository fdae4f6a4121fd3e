package dev.kaiaku.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeFilesTest {
    @TempDir
    Path folder;

    private final byte[] first = new byte[300_000];
    private final byte[] second = new byte[1];
    private NativeFiles files;
    private Path cache;

    @BeforeEach
    void writeResources() throws IOException {
        new Random(1).nextBytes(first);
        Path resources = Files.createDirectories(folder.resolve("classes/some/place"));
        Files.write(resources.resolve("liba.so.1"), first);
        Files.write(resources.resolve("libb.so"), second);
        cache = folder.resolve("cache");
        files = files("liba.so.1", "libb.so");
    }

    private NativeFiles files(String... names) throws IOException {
        URL classes = folder.resolve("classes").toUri().toURL();
        return new NativeFiles(new URLClassLoader(new URL[] {classes}, null), "some/place", List.of(names));
    }

    @Test
    void filesLieSideBySideUnderTheirHash() throws IOException {
        Path target = files.extract(cache);
        assertThat(target.getParent()).isEqualTo(cache.resolve("native"));
        assertThat(target.getFileName().toString()).matches("[0-9a-f]{64}");
        assertThat(names(target)).containsExactlyInAnyOrder("liba.so.1", "libb.so");
        assertThat(target.resolve("liba.so.1")).hasBinaryContent(first);
    }

    @Test
    void secondExtractionLeavesTheFilesAlone() throws IOException {
        Path file = files.extract(cache).resolve("liba.so.1");
        Object before = Files.readAttributes(file, "unix:ino,lastModifiedTime");
        files.extract(cache);
        assertThat((Object) Files.readAttributes(file, "unix:ino,lastModifiedTime"))
                .isEqualTo(before);
    }

    @Test
    void otherContentsGoToAnotherFolder() throws IOException {
        Path target = files.extract(cache);
        Files.write(folder.resolve("classes/some/place/libb.so"), new byte[] {7});
        assertThat(files.extract(cache)).isNotEqualTo(target);
    }

    @Test
    void halfAFileIsReplaced() throws IOException {
        Path target = files.extract(cache);
        Files.write(target.resolve("liba.so.1"), new byte[17]);
        Files.delete(target.resolve("libb.so"));
        files.extract(cache);
        assertThat(target.resolve("liba.so.1")).hasBinaryContent(first);
        assertThat(target.resolve("libb.so")).hasBinaryContent(second);
    }

    @Test
    void severalAtOnceAllGetWholeFiles() throws IOException {
        List<CompletableFuture<Path>> all = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> files.extract(cache)))
                .toList();
        all.forEach(one -> assertThat(one.join().resolve("liba.so.1")).hasBinaryContent(first));
        assertThat(names(all.get(0).join())).containsExactlyInAnyOrder("liba.so.1", "libb.so");
    }

    @Test
    void cacheThatCannotBeWrittenIsPassedOver() throws IOException {
        Files.writeString(cache, "a file where the folder should be");
        Path target = files.extract(cache);
        assertThat(target).doesNotHaveToString(cache.toString());
        assertThat(target.resolve("liba.so.1")).hasBinaryContent(first);
    }

    @Test
    void missingFileNamesThePlatform() throws IOException {
        NativeFiles absent = files("libb.so", "libc.so");
        assertThat(absent.present()).isFalse();
        assertThatThrownBy(() -> absent.extract(cache))
                .isInstanceOf(NativeException.class)
                .hasMessageContaining("libc.so")
                .hasMessageContaining(Platform.current().toString());
    }

    @Test
    void cacheRootFollowsTheEnvironment() {
        assertThat(CacheFolder.root(Map.of("KAIAKU_CACHE", "/a", "XDG_CACHE_HOME", "/b"), "/home/ana"))
                .isEqualTo(Path.of("/a"));
        assertThat(CacheFolder.root(Map.of("XDG_CACHE_HOME", "/b"), "/home/ana"))
                .isEqualTo(Path.of("/b/kaiaku"));
        assertThat(CacheFolder.root(Map.of("XDG_CACHE_HOME", "relative"), "/home/ana"))
                .isEqualTo(Path.of("/home/ana/.cache/kaiaku"));
        assertThat(CacheFolder.root(Map.of(), "/home/ana")).isEqualTo(Path.of("/home/ana/.cache/kaiaku"));
    }

    @Test
    void platformsAreNamedAsResourceFoldersAre() {
        assertThat(Platform.of("Linux", "amd64")).hasToString("linux-x86-64");
        assertThat(Platform.of("Mac OS X", "aarch64")).hasToString("darwin-aarch64");
        assertThat(Platform.of("Windows 11", "amd64")).hasToString("windows-x86-64");
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.map(path -> path.getFileName().toString()).toList();
        }
    }
}
