package dev.kaiaku.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.kaiaku.chat.Said;
import dev.kaiaku.serve.Front.Route;
import dev.kaiaku.serve.game.Game;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A page at {@code /} that plays a {@link Game}, and its results as {@code /results.json} and {@code /results.csv}.
 * Which reply is real never leaves this process. Nothing that is said is logged.
 */
public final class GameServer implements AutoCloseable {
    private static final int LONGEST_NAME = 40;

    private final Game game;
    private final Consumer<String> onResults;
    private final ServeOptions options;
    private final Front front;

    private GameServer(Game game, ServeOptions options, Consumer<String> onResults) {
        this.game = game;
        this.onResults = onResults;
        this.options = options;
        Map<String, Route> routes = Map.of(
                "/", Route.page("game.html", "text/html"),
                "/game.css", Route.page("game.css", "text/css"),
                "/game.js", Route.page("game.js", "text/javascript"),
                "/next", new Route("POST", false, (exchange, to) -> send(to, next(judge(body(exchange))))),
                "/answer", new Route("POST", false, (exchange, to) -> send(to, take(body(exchange)))),
                "/results", new Route("GET", false, (exchange, to) -> send(to, results())),
                "/results.json", download(JsonBody.TYPE, "results.json", () -> Json.text(results())),
                "/results.csv", download("text/csv", "results.csv", this::csv));
        this.front = Front.start(options, routes, status -> {});
    }

    /**
     * Starts to listen.
     *
     * @param onResults told the results as JSON after each answer
     * @throws IllegalArgumentException where the address can be reached by others
     * @throws UncheckedIOException where the address is taken
     */
    public static GameServer start(Game game, ServeOptions options, Consumer<String> onResults) {
        return new GameServer(game, options, onResults);
    }

    /** Where people find it. */
    public String url() {
        return front.url();
    }

    @Override
    public void close() {
        front.close();
    }

    private ObjectNode next(String judge) {
        Optional<Game.Question> next;
        try {
            next = game.next(judge);
        } catch (IllegalStateException e) {
            throw new RequestException(429, String.valueOf(e.getMessage()));
        }
        ObjectNode answer = Json.object().put("persona", game.persona()).put("rounds", game.rounds());
        if (next.isEmpty()) {
            return answer.put("done", true);
        }
        Game.Question question = next.get();
        answer.put("done", false).put("number", question.number());
        ArrayNode context = answer.putArray("context");
        for (Said said : question.round().context()) {
            context.addObject()
                    .put("author", said.author())
                    .put("text", said.text())
                    .put("own", said.persona());
        }
        List<String> real = question.round().real();
        List<String> made = question.round().made();
        (question.realLeft() ? real : made).forEach(answer.putArray("left")::add);
        (question.realLeft() ? made : real).forEach(answer.putArray("right")::add);
        return answer;
    }

    private ObjectNode take(JsonNode body) {
        String judge = judge(body);
        String side = body.path("side").asText("");
        if (!body.path("number").isInt() || !(side.equals("left") || side.equals("right"))) {
            throw new RequestException(400, "expected a number and a side, left or right");
        }
        if (!game.answer(judge, body.path("number").asInt(), side.equals("left"))) {
            throw new RequestException(409, "another question is asked now");
        }
        onResults.accept(Json.text(results()));
        return next(judge);
    }

    private ObjectNode results() {
        ObjectNode results = Json.object().put("persona", game.persona()).put("rounds", game.rounds());
        ArrayNode judges = results.putArray("judges");
        game.results().forEach(result -> judges.add(json(result)));
        results.set("pooled", json(game.pooled()));
        return results;
    }

    private static ObjectNode json(Game.Result result) {
        ObjectNode node = Json.object()
                .put("judge", result.judge())
                .put("right", result.right())
                .put("asked", result.asked());
        if (result.asked() > 0) {
            node.put("share", result.share());
        }
        return node.put("low", result.low()).put("high", result.high()).put("verdict", result.verdict());
    }

    private String csv() {
        StringBuilder out = new StringBuilder("judge,right,asked,share,low,high\r\n");
        game.results().forEach(result -> row(out, result));
        row(out, game.pooled());
        return out.toString();
    }

    private static void row(StringBuilder out, Game.Result result) {
        out.append(cell(result.judge()));
        out.append(String.format(
                Locale.ROOT,
                ",%d,%d,%s,%.4f,%.4f\r\n",
                result.right(),
                result.asked(),
                result.asked() == 0 ? "" : String.format(Locale.ROOT, "%.4f", result.share()),
                result.low(),
                result.high()));
    }

    /** Quoted; a text that a spreadsheet would take for a formula gets an apostrophe. */
    private static String cell(String text) {
        boolean formula = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
        return '"' + (formula ? "'" : "") + text.replace("\"", "\"\"") + '"';
    }

    private static String judge(JsonNode body) {
        String name = body.path("judge").asText("").strip();
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw new RequestException(400, "judge: expected a name of 1 to " + LONGEST_NAME + " characters");
        }
        return name.codePoints()
                .filter(c -> !Character.isISOControl(c))
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static void send(Response response, JsonNode node) throws IOException {
        response.send(200, JsonBody.TYPE, Json.text(node).getBytes(StandardCharsets.UTF_8));
    }

    private static Route download(String type, String name, Supplier<String> text) {
        return new Route("GET", false, (exchange, response) -> {
            response.headers().set("Content-Disposition", "attachment; filename=\"" + name + "\"");
            response.send(200, type + "; charset=utf-8", text.get().getBytes(StandardCharsets.UTF_8));
        });
    }

    private JsonNode body(HttpExchange exchange) {
        return JsonBody.read(exchange, options.mostBodyBytes());
    }
}
