package dev.kaiaku.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The answer to one request. A client that takes nothing for too long is given up. For one thread. */
final class Response {
    private final HttpExchange exchange;
    private final ScheduledExecutorService watch;
    private final Duration writeTimeout;
    private boolean started;

    Response(HttpExchange exchange, ScheduledExecutorService watch, Duration writeTimeout) {
        this.exchange = exchange;
        this.watch = watch;
        this.writeTimeout = writeTimeout;
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
    }

    Headers headers() {
        return exchange.getResponseHeaders();
    }

    /** Whether the status has been sent, so that no other can be. */
    boolean started() {
        return started;
    }

    void send(int status, String type, byte[] body) throws IOException {
        headers().set("Content-Type", type);
        started = true;
        guarded(() -> {
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
            if (!head && body.length > 0) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
    }

    /** Starts an answer whose length is not known. */
    void start(String type) throws IOException {
        headers().set("Content-Type", type);
        started = true;
        guarded(() -> exchange.sendResponseHeaders(200, 0));
    }

    /** Sends a part of it at once. */
    void write(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        guarded(() -> {
            OutputStream out = exchange.getResponseBody();
            out.write(bytes);
            out.flush();
        });
    }

    void end() throws IOException {
        guarded(exchange::close);
    }

    private interface Write {
        void run() throws IOException;
    }

    private void guarded(Write write) throws IOException {
        Thread writer = Thread.currentThread();
        // An interrupt closes the connection of a thread that is stuck in a write.
        ScheduledFuture<?> alarm = watch.schedule(writer::interrupt, writeTimeout.toMillis(), TimeUnit.MILLISECONDS);
        try {
            write.run();
        } finally {
            alarm.cancel(false);
            if (Thread.interrupted()) {
                exchange.close();
            }
        }
    }
}
