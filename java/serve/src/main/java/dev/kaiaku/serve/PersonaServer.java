package dev.kaiaku.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.Reply;
import dev.kaiaku.serve.Front.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A persona behind an HTTP server that speaks OpenAI's API: {@code /v1/models}, {@code /v1/chat/completions},
 * {@code /v1/completions}; beside it {@code /health}, {@code /metrics} and a web page at {@code /}. Nothing that is
 * said is logged or kept.
 */
public final class PersonaServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Persona persona;
    private final ChatOptions chatOptions;
    private final ServeOptions options;
    private final Admission admission;
    private final Metrics metrics = new Metrics();
    private final Front front;
    private volatile boolean leaving;
    private volatile boolean cuttingShort;

    private PersonaServer(Persona persona, ChatOptions chatOptions, int slots, ServeOptions options) {
        this.persona = persona;
        this.chatOptions = chatOptions;
        this.options = options;
        this.admission = new Admission(slots, options.queue());
        Map<String, Route> routes = Map.of(
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
                Route.page("index.html", "text/html"),
                "/page.css",
                Route.page("page.css", "text/css"),
                "/page.js",
                Route.page("page.js", "text/javascript"));
        this.front = Front.start(options, routes, metrics::request);
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
        return new PersonaServer(persona, chatOptions, slots, options);
    }

    /** The port that it listens on. */
    public int port() {
        return front.port();
    }

    /** Where people and programs find it. */
    public String url() {
        return front.url();
    }

    /** Stops listening; replies that are being written get a moment to end, then they are cut short, as by a length. */
    @Override
    public void close() {
        leaving = true;
        awaitReplies();
        cuttingShort = true;
        awaitReplies();
        front.close();
    }

    private void awaitReplies() {
        try {
            admission.awaitEmpty(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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

    private JsonNode body(HttpExchange exchange) {
        return JsonBody.read(exchange, options.mostBodyBytes());
    }
}
