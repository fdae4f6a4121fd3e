package dev.kaiaku.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
import java.util.function.IntConsumer;

/**
 * What servers of this package have in common: it listens, lets in who may, finds the route of a request and tells what
 * goes wrong, in the words of OpenAI's API. Nothing that is said is logged. Thread-safe.
 */
final class Front implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 512;
    private static final int REQUEST_SECONDS = 10;
    private static final int MOST_HEADERS = 100;

    private final ServeOptions options;
    private final Map<String, Route> routes;
    private final IntConsumer onStatus;
    private final Gate gate;
    private final HttpServer server;
    private final ExecutorService handlers = new ThreadPoolExecutor(
            0, MOST_CONNECTIONS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons("kaiaku-http"));
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(daemons("kaiaku-watch"));

    /** Answers a request whose method and caller are as its route wants them. */
    interface Handler {
        void answer(HttpExchange exchange, Response response) throws IOException;
    }

    /**
     * What is at a path.
     *
     * @param method GET, which HEAD is too, or POST
     * @param secret whether a caller needs the token, where there is one
     */
    record Route(String method, boolean secret, Handler handler) {
        /** A file of a page, for everybody. */
        static Route page(String name, String type) {
            PageFile file = PageFile.packed(name, type);
            return new Route("GET", false, (exchange, response) -> file.send(response));
        }
    }

    private Front(ServeOptions options, Map<String, Route> routes, IntConsumer onStatus, HttpServer server) {
        this.options = options;
        this.routes = routes;
        this.onStatus = onStatus;
        this.gate = new Gate(options);
        this.server = server;
    }

    /**
     * Starts to listen.
     *
     * @param onStatus told how each request was answered; 499 where the client has gone
     * @throws IllegalArgumentException where the address can be reached by others and there is no token
     * @throws UncheckedIOException where there is no such address, or it is taken
     */
    static Front start(ServeOptions options, Map<String, Route> routes, IntConsumer onStatus) {
        // Read once by the JDK's server: how long a client may take to send a request.
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS));
        // More headers than we take, so that it is us who answer; it cuts the connection.
        System.setProperty("sun.net.httpserver.maxReqHeaders", Integer.toString(100 * MOST_HEADERS));
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            HttpServer server = HttpServer.create();
            Front front = new Front(options, routes, onStatus, server);
            server.bind(new InetSocketAddress(options.host(), options.port()), MOST_CONNECTIONS);
            server.setExecutor(front.handlers);
            server.createContext("/", front::handle);
            server.start();
            return front;
        } catch (IOException e) {
            throw new UncheckedIOException(options + ": cannot listen: " + e.getMessage(), e);
        }
    }

    /** The port that it listens on. */
    int port() {
        return server.getAddress().getPort();
    }

    /** Where people and programs find it. */
    String url() {
        String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
        return "http://" + host + ":" + port();
    }

    /** Stops listening, and what is being answered. */
    @Override
    public void close() {
        server.stop(0);
        handlers.shutdownNow();
        watch.shutdownNow();
    }

    private void handle(HttpExchange exchange) {
        Response response = new Response(exchange, watch, options.writeTimeout());
        int status = 200;
        try {
            answer(exchange, response);
        } catch (RequestException e) {
            status = e.status();
            fail(response, status, String.valueOf(e.getMessage()));
        } catch (BadInputException e) {
            status = 400;
            fail(response, status, String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            status = 503;
            fail(response, status, "the server is going away");
        } catch (IOException e) {
            // The client has gone; there is nobody to tell.
            status = 499;
        } catch (RuntimeException | Error e) {
            status = 500;
            fail(response, status, "something went wrong: " + e.getClass().getSimpleName());
        } finally {
            onStatus.accept(status);
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

    private static void fail(Response response, int status, String message) {
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
            // The client has gone; there is nobody to tell.
            return;
        }
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
