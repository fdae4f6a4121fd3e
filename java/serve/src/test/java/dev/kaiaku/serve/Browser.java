package dev.kaiaku.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A headless Chromium, driven by its DevTools protocol. */
final class Browser implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START = Duration.ofSeconds(60);

    private final Process process;
    private final WebSocket socket;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private int nextId;

    private Browser(Process process, URI page) throws Exception {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(page, new Listener())
                .get(60, TimeUnit.SECONDS);
    }

    /** The browser of this machine. */
    static Optional<Path> installed() {
        return List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome").stream()
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Browser start(Path program, Path profile) throws Exception {
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Path portFile = profile.resolve("DevToolsActivePort");
        long deadline = System.nanoTime() + START.toNanos();
        while (!Files.exists(portFile) || Files.readAllLines(portFile).isEmpty()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                process.destroyForcibly();
                throw new IOException(program + " does not start");
            }
            Thread.sleep(50);
        }
        String port = Files.readAllLines(portFile).get(0);
        HttpRequest list = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json"))
                .build();
        JsonNode targets = JSON.readTree(HttpClient.newHttpClient()
                .send(list, HttpResponse.BodyHandlers.ofString())
                .body());
        for (JsonNode target : targets) {
            if (target.path("type").asText("").equals("page")) {
                Browser browser = new Browser(
                        process, URI.create(target.path("webSocketDebuggerUrl").asText()));
                browser.send("Runtime.enable", JSON.createObjectNode());
                browser.send("Log.enable", JSON.createObjectNode());
                browser.send("Page.enable", JSON.createObjectNode());
                return browser;
            }
        }
        process.destroyForcibly();
        throw new IOException("no page among " + targets);
    }

    void open(String url) throws Exception {
        send("Page.navigate", JSON.createObjectNode().put("url", url));
        until("document.readyState === 'complete' && location.href.startsWith(" + JSON.writeValueAsString(url) + ")");
    }

    /** Width and height in CSS pixels; a phone has a touch screen. */
    void size(int width, int height, boolean phone) throws Exception {
        send(
                "Emulation.setDeviceMetricsOverride",
                JSON.createObjectNode()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", phone));
    }

    /** The value of a JavaScript expression. */
    JsonNode value(String expression) throws Exception {
        JsonNode result = send(
                "Runtime.evaluate",
                JSON.createObjectNode()
                        .put("expression", expression)
                        .put("returnByValue", true)
                        .put("awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IOException(result.path("exceptionDetails").toString());
        }
        return result.at("/result/value");
    }

    /** Waits until an expression is true. */
    void until(String expression) throws Exception {
        long deadline = System.nanoTime() + START.toNanos();
        while (!value(expression).asBoolean(false)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("never true: " + expression);
            }
            Thread.sleep(50);
        }
    }

    byte[] screenshot() throws Exception {
        String data = send("Page.captureScreenshot", JSON.createObjectNode().put("format", "png"))
                .path("data")
                .asText();
        return Base64.getDecoder().decode(data);
    }

    private JsonNode send(String method, ObjectNode parameters) throws Exception {
        int id = ++nextId;
        ObjectNode call = JSON.createObjectNode().put("id", id).put("method", method);
        call.set("params", parameters);
        socket.sendText(call.toString(), true).get(60, TimeUnit.SECONDS);
        while (true) {
            @Nullable JsonNode answer = answers.poll(60, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IOException(method + " was not answered");
            }
            if (answer.path("id").asInt() == id) {
                return answer.path("result");
            }
        }
    }

    @Override
    public void close() {
        socket.abort();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    JsonNode message = JSON.readTree(text.toString());
                    if (message.has("id")) {
                        answers.add(message);
                    } else {
                        events.add(message);
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
