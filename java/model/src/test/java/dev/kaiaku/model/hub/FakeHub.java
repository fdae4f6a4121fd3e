package dev.kaiaku.model.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A hub on the loopback interface: the listing of a repository, small files answered directly with git's hash
 * as ETag, large ones (.safetensors, .gguf) by a redirect to a second server that knows ranges.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final String TOKEN = "hf_test";

    private final Map<String, byte[]> files = new TreeMap<>();
    private final HttpServer hub;
    private final HttpServer store;

    /** What the two servers were asked, as "METHOD path range". */
    final List<String> requests = new CopyOnWriteArrayList<>();

    final List<String> tokensAtTheStore = new CopyOnWriteArrayList<>();
    volatile boolean gated;
    volatile boolean corrupt;
    final AtomicInteger cutsLeft = new AtomicInteger();
    final AtomicInteger busyAnswersLeft = new AtomicInteger();

    FakeHub() throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", this::answerHub);
        store.createContext("/", this::answerStore);
        hub.start();
        store.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    FakeHub with(String file, byte[] content) {
        files.put(file, content);
        return this;
    }

    FakeHub with(String file, String content) {
        return with(file, content.getBytes(StandardCharsets.UTF_8));
    }

    private void answerHub(HttpExchange exchange) throws IOException {
        try (exchange) {
            note(exchange);
            String path = exchange.getRequestURI().getPath();
            @Nullable String token = exchange.getRequestHeaders().getFirst("Authorization");
            if (busyAnswersLeft.getAndDecrement() > 0) {
                exchange.sendResponseHeaders(503, -1);
            } else if (path.startsWith("/api/models/")) {
                answerListing(exchange, path.substring("/api/models/".length()));
            } else if (gated && !("Bearer " + TOKEN).equals(token)) {
                exchange.getResponseHeaders().set("X-Error-Code", "GatedRepo");
                exchange.sendResponseHeaders(401, -1);
            } else {
                answerFile(exchange, path.substring(path.lastIndexOf('/') + 1));
            }
        }
    }

    private void answerListing(HttpExchange exchange, String id) throws IOException {
        if (!id.equals("someone/tiny")) {
            exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        String siblings = files.keySet().stream()
                .map(name -> "{\"rfilename\":\"" + name + "\"}")
                .collect(Collectors.joining(","));
        send(
                exchange,
                ("{\"sha\":\"" + COMMIT + "\",\"siblings\":[" + siblings + "]}").getBytes(StandardCharsets.UTF_8));
    }

    private void answerFile(HttpExchange exchange, String name) throws IOException {
        byte @Nullable [] content = files.get(name);
        if (content == null) {
            exchange.sendResponseHeaders(404, -1);
        } else if (name.endsWith(".safetensors") || name.endsWith(".gguf")) {
            exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + hash("SHA-256", content) + "\"");
            exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
            exchange.getResponseHeaders()
                    .set("Location", "http://127.0.0.1:" + store.getAddress().getPort() + "/" + name);
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("ETag", "\"" + gitHash(content) + "\"");
            send(exchange, content);
        }
    }

    private void answerStore(HttpExchange exchange) throws IOException {
        try (exchange) {
            note(exchange);
            @Nullable String token = exchange.getRequestHeaders().getFirst("Authorization");
            if (token != null) {
                tokensAtTheStore.add(token);
            }
            byte[] content = Objects.requireNonNull(
                            files.get(exchange.getRequestURI().getPath().substring(1)))
                    .clone();
            if (corrupt) {
                content[content.length / 2] ^= 1;
            }
            @Nullable String range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null
                    ? 0
                    : Integer.parseInt(range.replace("bytes=", "").replace("-", ""));
            if (range != null) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            }
            exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
            int until = content.length;
            if (cutsLeft.getAndDecrement() > 0) {
                until = from + (content.length - from) / 2;
            }
            OutputStream body = exchange.getResponseBody();
            body.write(content, from, until - from);
            body.flush();
        }
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        }
    }

    private void note(HttpExchange exchange) {
        @Nullable String range = exchange.getRequestHeaders().getFirst("Range");
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + (range == null ? "" : " " + range));
    }

    static String gitHash(byte[] content) {
        byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] both = new byte[header.length + content.length];
        System.arraycopy(header, 0, both, 0, header.length);
        System.arraycopy(content, 0, both, header.length, content.length);
        return hash("SHA-1", both);
    }

    static String hash(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        store.stop(0);
    }
}
