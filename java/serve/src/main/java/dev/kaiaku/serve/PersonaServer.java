package dev.kaiaku.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.Reply;
import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * A persona behind an HTTP server that speaks OpenAI's API: {@code /v1/models}, {@code /v1/chat/completions},
 * {@code /v1/completions}; beside it {@code /health}, {@code /metrics} and a web page at {@code /}. Nothing that is
 * said is logged or kept.
 */
public final class PersonaServer implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 512;
    private static final int REQUEST_SECONDS = 10;
    private static final int MOST_HEADERS = 100;
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Persona persona;
    private final ChatOptions chatOptions;
    private final ServeOptions options;
    private final Gate gate;
    private final Admission admission;
    private final Metrics metrics = new Metrics();
    private final HttpServer server;
    private final ExecutorService handlers;
    private final ScheduledExecutorService watch;
    private final Map<String, Route> routes;
    private volatile boolean leaving;
    private volatile boolean cuttingShort;

    private interface Handler {
        void answer(HttpExchange exchange, Response response) throws IOException;
    }

    private record Route(String method, boolean secret, Handler handler) {}

    private PersonaServer(
            Persona persona, ChatOptions chatOptions, int slots, ServeOptions options, HttpServer server) {
        this.persona = persona;
        this.chatOptions = chatOptions;
        this.options = options;
        this.gate = new Gate(options);
        this.admission = new Admission(slots, options.queue());
        this.server = server;
        this.watch = Executors.newSingleThreadScheduledExecutor(daemons("kaiaku-watch"));
        this.handlers = new ThreadPoolExecutor(
                0, MOST_CONNECTIONS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons("kaiaku-http"));
        this.routes = Map.of(
                "/v1/models",
                new Route("GET", true, this::models),
                "/v1/models/" + persona.name(),
                new Route("GET", true, this::model),
                "/v1/chat/completions",
                new Route("POST", true, this::chat),
                "/v1/completions",
                new Route("POST", true, this::complete),
                "/health",
                new Route("GET", false, this::health),
                "/metrics",
                new Route("GET", true, this::metrics),
                "/",
                new Route("GET", false, page("index.html", "text/html")),
                "/page.css",
                new Route("GET", false, page("page.css", "text/css")),
                "/page.js",
                new Route("GET", false, page("page.js", "text/javascript")));
    }

    /**
     * Starts to listen. The persona stays the caller's, who closes it after the server.
     *
     * @param chatOptions how replies are written where a request does not say
     * @param slots of the persona
     * @throws IllegalArgumentException where the address can be reached by others and there is no token
     * @throws UncheckedIOException where there is no such address, or it is taken
     */
    public static PersonaServer start(Persona persona, ChatOptions chatOptions, int slots, ServeOptions options) {
        // Read once by the JDK's server: how long a client may take to send a request.
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS));
        // More headers than we take, so that it is us who answer; it cuts the connection.
        System.setProperty("sun.net.httpserver.maxReqHeaders", Integer.toString(100 * MOST_HEADERS));
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            HttpServer server = HttpServer.create();
            PersonaServer started = new PersonaServer(persona, chatOptions, slots, options, server);
            server.bind(new InetSocketAddress(options.host(), options.port()), MOST_CONNECTIONS);
            server.setExecutor(started.handlers);
            server.createContext("/", started::handle);
            server.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(options + ": cannot listen: " + e.getMessage(), e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Where people and programs find it. */
    public String url() {
        String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
        return "http://" + host + ":" + port();
    }

    /** Stops listening; replies that are being written get a moment to end, then they are cut short, as by a length. */
    @Override
    public void close() {
        leaving = true;
        awaitReplies();
        cuttingShort = true;
        awaitReplies();
        server.stop(0);
        handlers.shutdownNow();
        watch.shutdownNow();
    }

    private void awaitReplies() {
        try {
            admission.awaitEmpty(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(HttpExchange exchange) {
        Response response = new Response(exchange, watch, options.writeTimeout());
        int status = 200;
        try {
            answer(exchange, response);
        } catch (RequestException e) {
            status = e.status();
            fail(exchange, response, status, String.valueOf(e.getMessage()));
        } catch (BadInputException e) {
            status = 400;
            fail(exchange, response, status, String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            status = 503;
            fail(exchange, response, status, "the persona is going away");
        } catch (IOException e) {
            // The client has gone; there is nobody to tell.
            status = 499;
        } catch (RuntimeException | Error e) {
            status = 500;
            fail(
                    exchange,
                    response,
                    status,
                    "something went wrong: " + e.getClass().getSimpleName());
        } finally {
            metrics.request(status);
            exchange.close();
        }
    }

    private void answer(HttpExchange exchange, Response response) throws IOException {
        Headers headers = exchange.getRequestHeaders();
        if (headers.values().stream().mapToInt(List::size).sum() > MOST_HEADERS) {
            throw new RequestException(431, "expected at most " + MOST_HEADERS + " headers");
        }
        gate.checkOrigin(headers);
        Route route = routes.get(exchange.getRequestURI().getPath());
        if (route == null) {
            throw new RequestException(404, "there is nothing here");
        }
        String method = exchange.getRequestMethod();
        if (!method.equals(route.method())
                && !(method.equals("HEAD") && route.method().equals("GET"))) {
            response.headers().set("Allow", route.method());
            throw new RequestException(405, "expected " + route.method());
        }
        if (route.secret()) {
            gate.checkToken(headers);
        }
        route.handler().answer(exchange, response);
    }

    private static void fail(HttpExchange exchange, Response response, int status, String message) {
        if (response.started()) {
            return;
        }
        if (status == 429) {
            response.headers().set("Retry-After", Integer.toString(Admission.retrySeconds()));
        }
        if (status == 401) {
            response.headers().set("WWW-Authenticate", "Bearer");
        }
        // What is left of the body is not read, so that the connection cannot be used again.
        response.headers().set("Connection", "close");
        try {
            response.send(status, JsonBody.TYPE, Json.error(status, message).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            exchange.close();
        }
    }

    private void chat(HttpExchange exchange, Response response) throws IOException {
        JsonNode body = body(exchange);
        Parameters parameters = new Parameters(body);
        ChatOptions asked = parameters.options(chatOptions, options.timeout());
        Conversation conversation = Messages.read(body, persona, options.mostMessages());
        reply(parameters, completion(true, response), index -> {
            Conversation one = conversation.fork();
            one.options(another(asked, index));
            return one.reply();
        });
    }

    private void complete(HttpExchange exchange, Response response) throws IOException {
        JsonNode body = body(exchange);
        Parameters parameters = new Parameters(body);
        ChatOptions asked = parameters.options(chatOptions, options.timeout());
        JsonNode prompt = body.path("prompt");
        if (!prompt.isTextual() || prompt.asText().isEmpty()) {
            throw new RequestException(400, "prompt: expected a text");
        }
        reply(
                parameters,
                completion(false, response),
                index -> persona.complete(prompt.asText(), another(asked, index)));
    }

    private Completion completion(boolean chat, Response response) {
        return new Completion(chat, persona.name(), response, metrics, () -> cuttingShort);
    }

    private void reply(Parameters parameters, Completion completion, IntFunction<Reply> replies) throws IOException {
        int count = parameters.replies();
        boolean stream = parameters.stream();
        boolean usage = parameters.includeUsage();
        if (leaving) {
            throw new RequestException(503, "the server is going away");
        }
        admission.enter();
        try {
            if (stream) {
                completion.stream(count, replies, usage);
            } else {
                completion.send(count, replies);
            }
        } finally {
            admission.leave();
        }
    }

    /** The options of the reply with an index: a seed that was asked for moves on. */
    private static ChatOptions another(ChatOptions asked, int index) {
        return asked.seed() == ChatOptions.RANDOM ? asked : asked.withSeed((asked.seed() + index) & Integer.MAX_VALUE);
    }

    private void models(HttpExchange exchange, Response response) throws IOException {
        ObjectNode list = Json.object().put("object", "list");
        list.putArray("data").add(model());
        response.send(200, JsonBody.TYPE, Json.text(list).getBytes(StandardCharsets.UTF_8));
    }

    private void model(HttpExchange exchange, Response response) throws IOException {
        response.send(200, JsonBody.TYPE, Json.text(model()).getBytes(StandardCharsets.UTF_8));
    }

    private ObjectNode model() {
        return Json.object()
                .put("id", persona.name())
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", "kaiaku");
    }

    private void health(HttpExchange exchange, Response response) throws IOException {
        response.send(200, JsonBody.TYPE, "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8));
    }

    private void metrics(HttpExchange exchange, Response response) throws IOException {
        byte[] text = metrics.text(admission.inside()).getBytes(StandardCharsets.UTF_8);
        response.send(200, "text/plain; version=0.0.4", text);
    }

    private static Handler page(String name, String type) {
        PageFile file = PageFile.packed(name, type);
        return (exchange, response) -> file.send(response);
    }

    private JsonNode body(HttpExchange exchange) {
        return JsonBody.read(exchange, options.mostBodyBytes());
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
