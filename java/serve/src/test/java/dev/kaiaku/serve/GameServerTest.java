package dev.kaiaku.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.chat.Said;
import dev.kaiaku.serve.game.Game;
import dev.kaiaku.serve.game.Round;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The game over HTTP, and in a real browser; screenshots go to {@code target/screenshots}. */
class GameServerTest {
    private static final int ROUNDS = 6;
    private static final String HOSTILE = "<img src=x onerror=\"window.hacked = 1\"><script>window.hacked = 1</script>";

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> written = new CopyOnWriteArrayList<>();
    private GameServer server;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        List<Round> rounds = IntStream.range(0, ROUNDS)
                .mapToObj(i -> new Round(
                        List.of(
                                new Said("bia", "bora jogar " + i + "? " + HOSTILE, false),
                                new Said("ana", "já vou", true),
                                new Said(HOSTILE, "anda logo", false)),
                        List.of("real " + i, HOSTILE),
                        List.of("made " + i)))
                .toList();
        Game game = new Game("ana", rounds, 1, (right, asked) -> new double[] {0.25, 0.75});
        server = GameServer.start(game, ServeOptions.defaults().withAddress("127.0.0.1", 0), written::add);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aJudgeAnswersAndResultsCanBeTaken() throws Exception {
        JsonNode question = post("/next", "{\"judge\":\"=rui\"}");
        assertThat(question.path("context")).hasSize(3);
        assertThat(question.toString()).doesNotContain("realLeft").doesNotContain("\"real\"");
        for (int i = 0; i < ROUNDS; i++) {
            boolean realLeft = question.at("/left/0").asText().startsWith("real");
            String side = (i < 4) == realLeft ? "left" : "right";
            question = post("/answer", "{\"judge\":\"=rui\",\"number\":" + i + ",\"side\":\"" + side + "\"}");
        }
        assertThat(question.path("done").asBoolean()).isTrue();

        JsonNode results = json(get("/results.json").body());
        assertThat(results.at("/judges/0/right").asInt()).isEqualTo(4);
        assertThat(results.at("/pooled/asked").asInt()).isEqualTo(ROUNDS);
        assertThat(results.at("/pooled/low").asDouble()).isEqualTo(0.25);
        assertThat(get("/results.csv").body().lines())
                .startsWith("judge,right,asked,share,low,high")
                .contains("\"'=rui\",4,6,0.6667,0.2500,0.7500", "\"all\",4,6,0.6667,0.2500,0.7500");
        assertThat(get("/results.csv").headers().firstValue("Content-Disposition"))
                .hasValue("attachment; filename=\"results.csv\"");
        assertThat(written).hasSize(ROUNDS);
        assertThat(json(written.get(ROUNDS - 1))).isEqualTo(results);
    }

    @Test
    void wrongRequestsGetOneLineAndOtherSitesNothing() throws Exception {
        assertThat(status("/answer", "{\"judge\":\"rui\",\"number\":3,\"side\":\"left\"}"))
                .isEqualTo(409);
        assertThat(status("/answer", "{\"judge\":\"rui\",\"number\":0,\"side\":\"up\"}"))
                .isEqualTo(400);
        assertThat(status("/next", "{\"judge\":\"  \"}")).isEqualTo(400);
        assertThat(status("/next", "{\"judge\":\"" + "x".repeat(41) + "\"}")).isEqualTo(400);
        assertThat(status("/next", "not json")).isEqualTo(400);
        assertThat(get("/next").statusCode()).isEqualTo(405);
        assertThat(get("/../etc/passwd").statusCode()).isEqualTo(404);
        HttpResponse<String> foreign = client.send(
                HttpRequest.newBuilder(URI.create(server.url() + "/results"))
                        .header("Origin", "http://evil.example")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(foreign.statusCode()).isEqualTo(403);
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort())) {
            socket.getOutputStream()
                    .write("GET /results HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(get("/").headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        Game game = new Game("ana", List.of(), 1, (right, asked) -> new double[] {0, 1});
        ServeOptions open = ServeOptions.defaults().withAddress("0.0.0.0", 0);
        assertThatThrownBy(() -> GameServer.start(game, open, results -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {390, 1280})
    void peoplePlayByKeyboardAndNothingThatIsShownIsRun(int width) throws Exception {
        assumeTrue(Browser.installed().isPresent(), "no Chromium on this machine: the page is not tested");
        try (Browser browser = Browser.start(Browser.installed().orElseThrow(), folder.resolve("profile"))) {
            browser.size(width, 844, width < 500);
            browser.open(server.url() + "/");
            keep(browser, "game-start-" + width + ".png");
            browser.value("document.getElementById('judge').value = " + text(HOSTILE.substring(0, 36))
                    + "; document.querySelector('#start button').click()");
            browser.until("!document.getElementById('round').hidden && !waiting");
            assertThat(browser.value("document.getElementById('ask').textContent")
                            .asText())
                    .isEqualTo("Which reply did ana write?");
            assertThat(browser.value("document.documentElement.scrollWidth <= innerWidth")
                            .asBoolean())
                    .as("nothing is wider than the screen")
                    .isTrue();
            keep(browser, "game-round-" + width + ".png");
            for (int i = 0; i < ROUNDS; i++) {
                browser.until("question !== null && question.number === " + i + " && !waiting");
                press(browser, i % 2 == 0 ? "1" : "ArrowRight");
            }
            browser.until("!document.getElementById('end').hidden && !waiting");

            assertThat(browser.value("document.querySelectorAll('#results tr').length")
                            .asInt())
                    .isEqualTo(2);
            assertThat(browser.value("document.querySelectorAll('main img, main script, section img, section script')"
                                    + ".length")
                            .asInt())
                    .isZero();
            assertThat(browser.value("typeof window.hacked").asText()).isEqualTo("undefined");
            assertThat(browser.value("[...document.querySelectorAll('button, input')].filter(e =>"
                                    + " !e.textContent.trim() && !e.labels?.length && !e.ariaLabel).map(e => e.id)")
                            .toString())
                    .isEqualTo("[]");
            assertThat(browser.events.stream()
                            .filter(event -> event.path("method").asText("").equals("Runtime.exceptionThrown")
                                    || event.at("/params/entry/level")
                                            .asText("")
                                            .equals("error")))
                    .as("errors of the page")
                    .isEmpty();
            keep(browser, "game-end-" + width + ".png");
        }
    }

    private static void press(Browser browser, String key) throws Exception {
        browser.value("document.dispatchEvent(new KeyboardEvent('keydown', {key: " + text(key) + "}))");
    }

    private static void keep(Browser browser, String name) throws Exception {
        Path target = Path.of("target/screenshots");
        Files.createDirectories(target);
        Files.write(target.resolve(name), browser.screenshot());
    }

    private int status(String path, String body) throws Exception {
        return send(path, body).statusCode();
    }

    private JsonNode post(String path, String body) throws Exception {
        HttpResponse<String> response = send(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response.body());
    }

    private HttpResponse<String> send(String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    private static String text(String value) throws IOException {
        return new ObjectMapper().writeValueAsString(value);
    }
}
