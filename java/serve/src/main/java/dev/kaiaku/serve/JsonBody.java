package dev.kaiaku.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Locale;

/** Reads what a client sends as JSON. */
final class JsonBody {
    static final String TYPE = "application/json";

    private JsonBody() {}

    /**
     * The body of a request.
     *
     * @throws RequestException for another type, more bytes than that, or what is no JSON
     */
    static JsonNode read(HttpExchange exchange, int mostBytes) {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type == null || !type.strip().toLowerCase(Locale.ROOT).startsWith(TYPE)) {
            throw new RequestException(415, "expected Content-Type: " + TYPE);
        }
        byte[] body = bytes(exchange, mostBytes);
        if (body.length > mostBytes) {
            throw new RequestException(413, "expected a body of at most " + mostBytes + " bytes");
        }
        return Json.parse(body);
    }

    /** As much of the body as is taken, and one byte more of a body that is larger. */
    private static byte[] bytes(HttpExchange exchange, int mostBytes) {
        try {
            return exchange.getRequestBody().readNBytes(mostBytes + 1);
        } catch (IOException | IndexOutOfBoundsException e) {
            // A chunk's length that is none; the JDK's server knows no exception of its own for it.
            throw new RequestException(400, "the body cannot be read");
        }
    }
}
