package dev.kaiaku.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.chat.Ending;
import dev.kaiaku.chat.Piece;
import dev.kaiaku.chat.Reply;
import dev.kaiaku.chat.ReplyStats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/**
 * Replies in the words of OpenAI's API, at once or as server-sent events. While the persona is silent something
 * without meaning is sent (white space, a comment), so that a client that has gone is noticed and its slot freed.
 */
final class Completion {
    private static final Duration SILENCE = Duration.ofMillis(250);

    private final boolean chat;
    private final String model;
    private final Response response;
    private final Metrics metrics;
    private final BooleanSupplier cutShort;
    private final String id;
    private final long created = Instant.now().getEpochSecond();
    private final List<ReplyStats> stats = new ArrayList<>();

    /**
     * @param chat whether the replies are messages of a chat, or a text that goes on
     * @param cutShort whether replies should end with what there is by now
     */
    Completion(boolean chat, String model, Response response, Metrics metrics, BooleanSupplier cutShort) {
        this.chat = chat;
        this.model = model;
        this.response = response;
        this.metrics = metrics;
        this.cutShort = cutShort;
        this.id = (chat ? "chatcmpl-" : "cmpl-") + UUID.randomUUID();
    }

    /**
     * Sends all replies in one answer.
     *
     * @param replies starts the reply with an index
     */
    void send(int count, IntFunction<Reply> replies) throws IOException {
        ArrayNode choices = Json.object().arrayNode();
        for (int index = 0; index < count; index++) {
            Reply reply = replies.apply(index);
            follow(reply, piece -> {}, " ", "application/json");
            ObjectNode choice = choice(index);
            String text = reply.text();
            if (chat) {
                choice.putObject("message").put("role", "assistant").put("content", text);
            } else {
                choice.put("text", text);
            }
            choice.put("finish_reason", finishReason(reply.ending()));
            choices.add(choice);
            account(reply);
        }
        ObjectNode body = head(chat ? "chat.completion" : "text_completion");
        body.set("choices", choices);
        body.set("usage", usage());
        String json = Json.text(body);
        if (response.started()) {
            response.write(json);
            response.end();
        } else {
            response.send(200, "application/json", json.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Sends the replies one after another as they are written; what goes wrong on the way is an event too. */
    void stream(int count, IntFunction<Reply> replies, boolean withUsage) throws IOException {
        try {
            streamAll(count, replies, withUsage);
        } catch (RuntimeException e) {
            if (response.started()) {
                response.write("data: " + Json.error(500, "the reply could not be written to its end") + "\n\n");
                response.end();
            }
            throw e;
        }
    }

    private void streamAll(int count, IntFunction<Reply> replies, boolean withUsage) throws IOException {
        String kind = chat ? "chat.completion.chunk" : "text_completion";
        for (int index = 0; index < count; index++) {
            Reply reply = replies.apply(index);
            int number = index;
            if (!response.started()) {
                response.start("text/event-stream; charset=utf-8");
            }
            if (chat) {
                ObjectNode first = choice(number);
                first.putObject("delta").put("role", "assistant").put("content", "");
                event(chunk(kind, first));
            }
            int[] message = {0};
            follow(
                    reply,
                    piece -> {
                        String text = piece.message() > message[0] ? "\n" + piece.text() : piece.text();
                        message[0] = piece.message();
                        ObjectNode choice = choice(number);
                        if (chat) {
                            choice.putObject("delta").put("content", text).put("message", piece.message());
                        } else {
                            choice.put("text", text);
                        }
                        event(chunk(kind, choice));
                    },
                    ": \n\n",
                    "text/event-stream; charset=utf-8");
            ObjectNode last = choice(number);
            if (chat) {
                last.putObject("delta");
            } else {
                last.put("text", "");
            }
            last.put("finish_reason", finishReason(reply.ending()));
            event(chunk(kind, last));
            account(reply);
        }
        if (withUsage) {
            ObjectNode chunk = head(kind);
            chunk.putArray("choices");
            chunk.set("usage", usage());
            event(chunk);
        }
        response.write("data: [DONE]\n\n");
        response.end();
    }

    private interface OnPiece {
        void accept(Piece piece) throws IOException;
    }

    /** Waits for a reply and cancels it if the client has gone. */
    private void follow(Reply reply, OnPiece onPiece, String filler, String type) throws IOException {
        PieceQueue queue = PieceQueue.of(reply);
        boolean whole = false;
        try {
            while (true) {
                if (cutShort.getAsBoolean()) {
                    reply.cancel();
                }
                Optional<Piece> piece = queue.next(SILENCE);
                if (piece.isEmpty()) {
                    if (!response.started()) {
                        response.start(type);
                    }
                    response.write(filler);
                } else if (piece.get().equals(PieceQueue.END)) {
                    whole = true;
                    return;
                } else {
                    onPiece.accept(piece.get());
                }
            }
        } finally {
            if (!whole) {
                reply.cancel();
                metrics.clientVanished();
            }
        }
    }

    private void account(Reply reply) {
        stats.add(reply.stats());
        metrics.reply(reply.stats());
    }

    private void event(ObjectNode json) throws IOException {
        response.write("data: " + Json.text(json) + "\n\n");
    }

    private ObjectNode head(String kind) {
        return Json.object()
                .put("id", id)
                .put("object", kind)
                .put("created", created)
                .put("model", model);
    }

    private ObjectNode chunk(String kind, ObjectNode choice) {
        ObjectNode chunk = head(kind);
        chunk.putArray("choices").add(choice);
        return chunk;
    }

    private static ObjectNode choice(int index) {
        return Json.object().put("index", index).putNull("finish_reason").putNull("logprobs");
    }

    private static String finishReason(Ending ending) {
        return switch (ending) {
            case FINISHED, STOP_WORD, OTHER_SPEAKER -> "stop";
            case LENGTH, CANCELLED, TIMED_OUT -> "length";
        };
    }

    private ObjectNode usage() {
        int prompt = stats.stream().mapToInt(ReplyStats::promptTokens).max().orElse(0);
        int written = stats.stream().mapToInt(ReplyStats::tokens).sum();
        return Json.object()
                .put("prompt_tokens", prompt)
                .put("completion_tokens", written)
                .put("total_tokens", prompt + written);
    }
}
