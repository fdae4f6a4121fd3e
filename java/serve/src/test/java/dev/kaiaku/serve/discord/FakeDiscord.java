package dev.kaiaku.serve.discord;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** As much of Discord's REST and gateway as a bot needs to log in, hear one channel and post there; on loopback. */
final class FakeDiscord implements AutoCloseable {
    static final long SERVER = 10;
    static final long CHANNEL = 20;
    static final long BOT = 1;
    static final String TOKEN = "token";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BOT_USER =
            "{\"id\":\"1\",\"username\":\"anabot\",\"discriminator\":\"0\",\"avatar\":null,\"bot\":true}";
    private static final String USER =
            "{\"id\":\"2\",\"username\":\"%s\",\"discriminator\":\"0\",\"avatar\":null,\"bot\":false}";

    private final HttpServer rest;
    private final ServerSocket gateway;
    private final List<String> messages = new CopyOnWriteArrayList<>();
    final BlockingQueue<JsonNode> posted = new LinkedBlockingQueue<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    /** How each connection to the gateway began: {@code identify} or {@code resume}. */
    final BlockingQueue<String> sessions = new LinkedBlockingQueue<>();

    private final AtomicInteger postsToLimit = new AtomicInteger();
    private volatile int refusal;
    private volatile OutputStream events = OutputStream.nullOutputStream();
    private volatile Socket connection = new Socket();
    private int sequence;
    private long nextId = 1000;

    FakeDiscord() throws IOException {
        rest = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        rest.createContext("/", this::answer);
        rest.setExecutor(Executors.newCachedThreadPool(FakeDiscord::daemon));
        rest.start();
        gateway = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        daemon(this::serveGateway).start();
    }

    String restUrl() {
        return "http://127.0.0.1:" + rest.getAddress().getPort() + "/api/v10/";
    }

    String gatewayUrl() {
        return "ws://127.0.0.1:" + gateway.getLocalPort() + "/";
    }

    /** Somebody writes in the channel; {@code <@1>} mentions the bot. */
    void say(String author, String text) throws IOException {
        String mentions = text.contains("<@1>") ? BOT_USER : "";
        String message = message(USER.formatted(author), text, mentions);
        messages.add(0, message);
        dispatch("MESSAGE_CREATE", message);
    }

    /** Answers the next posts with 429, to be tried again in a moment. */
    void limitPosts(int count) {
        postsToLimit.set(count);
    }

    /** Closes the gateway to who logs in, with one of its close codes. */
    void refuse(int closeCode) {
        refusal = closeCode;
    }

    /** Cuts the connection to the gateway, as a network does. */
    void drop() throws IOException {
        connection.close();
    }

    private synchronized String message(String user, String text, String mentions) throws IOException {
        return "{\"id\":\"%d\",\"channel_id\":\"20\",\"guild_id\":\"10\",\"author\":%s,\"content\":%s,"
                        .formatted(nextId++, user, JSON.writeValueAsString(text))
                + "\"member\":{\"roles\":[],\"joined_at\":\"2020-01-01T00:00:00+00:00\",\"deaf\":false,\"mute\":false,"
                + "\"flags\":0},\"timestamp\":\"2026-01-01T00:00:00+00:00\",\"edited_timestamp\":null,\"tts\":false,"
                + "\"mention_everyone\":false,\"mentions\":[" + mentions + "],\"mention_roles\":[],\"attachments\":[],"
                + "\"embeds\":[],\"pinned\":false,\"type\":0,\"flags\":0,\"components\":[]}";
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().replaceFirst("^/api/v\\d+/", "");
        String request = exchange.getRequestMethod() + " " + path;
        byte[] body = exchange.getRequestBody().readAllBytes();
        requests.add(request);
        if (!("Bot " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            send(exchange, 401, "{\"message\":\"401: Unauthorized\",\"code\":0}");
            return;
        }
        if (request.equals("POST channels/20/messages") && postsToLimit.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            limit(exchange);
            return;
        }
        String answer = switch (request) {
            case "GET users/@me" -> BOT_USER;
            case "GET gateway/bot" ->
                "{\"url\":\"" + gatewayUrl() + "\",\"shards\":1,\"session_start_limit\":"
                        + "{\"total\":1000,\"remaining\":999,\"reset_after\":1,\"max_concurrency\":1}}";
            case "GET channels/20/messages" -> "[" + String.join(",", messages) + "]";
            case "POST channels/20/messages" -> post(body);
            default -> "";
        };
        send(exchange, answer.isEmpty() ? 204 : 200, answer);
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static void limit(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Retry-After", "1");
        exchange.getResponseHeaders().set("X-RateLimit-Limit", "5");
        exchange.getResponseHeaders().set("X-RateLimit-Remaining", "0");
        exchange.getResponseHeaders().set("X-RateLimit-Reset-After", "0.3");
        exchange.getResponseHeaders().set("X-RateLimit-Bucket", "posts");
        send(exchange, 429, "{\"message\":\"You are being rate limited.\",\"retry_after\":0.3,\"global\":false}");
    }

    private String post(byte[] body) throws IOException {
        JsonNode json = JSON.readTree(body);
        String message = message(BOT_USER, json.path("content").asText(), "");
        messages.add(0, message);
        posted.add(json);
        return message;
    }

    private void serveGateway() {
        while (!gateway.isClosed()) {
            serveConnection();
        }
    }

    private void serveConnection() {
        try (Socket socket = gateway.accept()) {
            connection = socket;
            handshake(socket);
            events = socket.getOutputStream();
            frame("{\"op\":10,\"d\":{\"heartbeat_interval\":45000}}");
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                JsonNode sent = JSON.readTree(frame(in));
                switch (sent.path("op").asInt()) {
                    case 1 -> frame("{\"op\":11}");
                    case 2 -> {
                        if (refusal != 0) {
                            closeFrame(refusal);
                            return;
                        }
                        logIn();
                        sessions.add("identify");
                    }
                    case 6 -> {
                        dispatch("RESUMED", "{}");
                        sessions.add("resume");
                    }
                    default -> {
                        // Presence and the like need no answer.
                    }
                }
            }
        } catch (IOException e) {
            // The bot has gone.
            return;
        }
    }

    private void logIn() throws IOException {
        dispatch(
                "READY",
                "{\"v\":10,\"user\":" + BOT_USER + ",\"guilds\":[{\"id\":\"10\",\"unavailable\":true}],"
                        + "\"session_id\":\"s\",\"resume_gateway_url\":\"" + gatewayUrl()
                        + "\",\"private_channels\":[],\"application\":{\"id\":\"1\",\"flags\":0}}");
        dispatch(
                "GUILD_CREATE",
                "{\"id\":\"10\",\"name\":\"Quarteto\",\"owner_id\":\"2\",\"icon\":null,\"splash\":null,\"region\":\"\","
                        + "\"afk_channel_id\":null,\"afk_timeout\":300,\"verification_level\":0,"
                        + "\"default_message_notifications\":0,\"explicit_content_filter\":0,\"mfa_level\":0,"
                        + "\"roles\":[{\"id\":\"10\",\"name\":\"@everyone\",\"color\":0,\"colors\":{\"primary_color\":0},"
                        + "\"hoist\":false,\"position\":0,\"permissions\":\"68608\",\"managed\":false,"
                        + "\"mentionable\":false,\"flags\":0}],\"emojis\":[],\"stickers\":[],\"features\":[],"
                        + "\"system_channel_id\":null,\"system_channel_flags\":0,\"rules_channel_id\":null,"
                        + "\"joined_at\":\"2020-01-01T00:00:00+00:00\",\"large\":false,\"unavailable\":false,"
                        + "\"member_count\":1,\"voice_states\":[],\"members\":[{\"user\":" + BOT_USER
                        + ",\"roles\":[],\"joined_at\":\"2020-01-01T00:00:00+00:00\",\"deaf\":false,\"mute\":false,"
                        + "\"flags\":0}],\"channels\":[{\"id\":\"20\",\"type\":0,\"name\":\"geral\",\"position\":0,"
                        + "\"permission_overwrites\":[],\"nsfw\":false,\"topic\":null,\"rate_limit_per_user\":0,"
                        + "\"parent_id\":null,\"flags\":0}],\"threads\":[],\"presences\":[],\"stage_instances\":[],"
                        + "\"guild_scheduled_events\":[],\"premium_tier\":0,\"premium_subscription_count\":0,"
                        + "\"preferred_locale\":\"en-US\",\"nsfw_level\":0,\"premium_progress_bar_enabled\":false,"
                        + "\"vanity_url_code\":null,\"description\":null,\"banner\":null}");
    }

    private synchronized void dispatch(String type, String data) throws IOException {
        frame("{\"op\":0,\"s\":" + ++sequence + ",\"t\":\"" + type + "\",\"d\":" + data + "}");
    }

    /** Sends a text frame (RFC 6455). */
    private synchronized void frame(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(bytes.length + 10).put((byte) 0x81);
        if (bytes.length < 126) {
            out.put((byte) bytes.length);
        } else {
            out.put((byte) 126).putShort((short) bytes.length);
        }
        out.put(bytes);
        events.write(out.array(), 0, out.position());
        events.flush();
    }

    private synchronized void closeFrame(int code) throws IOException {
        events.write(new byte[] {(byte) 0x88, 2, (byte) (code >> 8), (byte) code});
        events.flush();
    }

    /** Reads a masked text frame; the end of the connection for any other. */
    private static byte[] frame(DataInputStream in) throws IOException {
        int opcode = in.readUnsignedByte() & 0x0f;
        int length = in.readUnsignedByte() & 0x7f;
        length = length == 126 ? in.readUnsignedShort() : length;
        byte[] mask = in.readNBytes(4);
        byte[] bytes = in.readNBytes(length);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= mask[i % 4];
        }
        if (opcode != 1) {
            throw new IOException("closed");
        }
        return bytes;
    }

    private static void handshake(Socket socket) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII), 1);
        String key = "";
        for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
            key = line.startsWith("Sec-WebSocket-Key: ") ? line.substring(19) : key;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream()
                    .write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    + "Sec-WebSocket-Accept: "
                                    + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "fake-discord");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        rest.stop(0);
        try {
            gateway.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
