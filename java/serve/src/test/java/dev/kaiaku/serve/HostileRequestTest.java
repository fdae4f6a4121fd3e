package dev.kaiaku.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.TinyPersona;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that no well-meaning program sends: each is refused, and the server goes on. */
@Timeout(180)
class HostileRequestTest {
    private static final ChatOptions CHAT =
            ChatOptions.defaults().withTemperature(1).withSeed(5).withMaxTokens(4);
    private static final String HEAD = String.join(
            "\r\n",
            "POST /v1/chat/completions HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            "Connection: close",
            "");
    private static final String BODY = "{\"messages\":[{\"role\":\"system\",\"content\":\"seja a ana\"},"
            + "{\"role\":\"user\",\"name\":\"bia\",\"content\":\"oi\"}],\"max_tokens\":4,\"temperature\":0.5,"
            + "\"top_p\":0.9,\"n\":1,\"seed\":7,\"stop\":[\"fim\"],\"stream\":false}";
    private static final List<String> ABSURD = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1e308",
            "1e999",
            "9223372036854775808",
            "0.00000000000000000000000000000000000000000001",
            "[]",
            "{}",
            "[[[[[[[[[[]]]]]]]]]]",
            "\"\"",
            "\"\\u0000\\ud800\"",
            "\"" + "x".repeat(5000) + "\"",
            "NaN");

    @TempDir
    static Path folder;

    static Persona persona;
    static PersonaServer server;

    @BeforeAll
    static void start() {
        persona = Persona.open(TinyPersona.write(folder.resolve("base"), folder.resolve("ana.gguf")), CHAT);
        server = PersonaServer.start(persona, CHAT, 1, ServeOptions.defaults().withAddress("127.0.0.1", 0));
    }

    @AfterAll
    static void stop() {
        server.close();
        persona.close();
    }

    @AfterEach
    void serverGoesOn() throws Exception {
        assertThat(status(answer(request(BODY)))).isEqualTo(200);
        String metrics = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        while (!answer(metrics).contains("kaiaku_requests_inside 0\n")) {
            Thread.sleep(10);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: -5\r\n\r\n",
                "Content-Length: many\r\n\r\n",
                "Content-Length: 99999999999999999999\r\n\r\n{}",
                "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}",
                "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n{}",
                "Transfer-Encoding: chunked\r\n\r\n\r\n\r\n",
                "Host: localhost\r\nContent-Length: 2\r\n\r\n{}",
                "Content-Length: 0\r\n\r\n"
            })
    void brokenHeadsAndBodiesAreRefused(String rest) throws IOException {
        assertThat(status(answer(HEAD + rest))).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0\1\2\r\n\r\n", "GET /\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"})
    void whatIsNoHttpIsRefused(String request) throws IOException {
        assertThat(status(answer(request))).isEqualTo(400);
    }

    @Test
    void floodOfHeadersIsRefused() throws IOException {
        StringBuilder flood = new StringBuilder(HEAD);
        IntStream.range(0, 5000).forEach(i -> flood.append("X-").append(i).append(": y\r\n"));

        assertThat(status(answer(flood + "Content-Length: 0\r\n\r\n"))).isEqualTo(431);
        // Beyond what a head may have in bytes nobody is told anything any more.
        assertThat(answer(HEAD + "X: " + "y".repeat(1 << 20) + "\r\n\r\n")).isEmpty();
    }

    @Test
    void bodyOf100MegabytesIsRefusedHoweverItComes() throws IOException {
        byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write((HEAD + "Transfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            for (long sent = 0; sent < 100_000_000; sent += 0x10000) {
                socket.getOutputStream().write(chunk);
            }
        } catch (IOException e) {
            // It closes the connection when it has seen enough.
            return;
        }
        throw new AssertionError("all of it was read");
    }

    @Test
    void mutatedRequestsAreAnsweredOrRefused() throws IOException {
        Random random = new Random(8);
        TreeMap<Integer, Integer> statuses = new TreeMap<>();
        for (int round = 0; round < 400; round++) {
            String body = random.nextBoolean() ? withAbsurdValue(random) : withOtherBytes(BODY, random);
            String request = request(body);
            if (random.nextInt(4) == 0) {
                int end = request.indexOf("\r\n\r\n");
                request = withOtherBytes(request.substring(0, end), random) + request.substring(end);
            }
            statuses.merge(status(answer(request)), 1, Integer::sum);
        }

        // 0: cut off, for a head that is none. 501: the JDK's, for a Transfer-Encoding that it does not know.
        assertThat(statuses.keySet())
                .allMatch(status -> status == 0 || status == 501 || status / 100 == 4 || status == 200);
        assertThat(statuses).containsKeys(200, 400);
    }

    @Test
    void clientsThatNeverFinishTheirRequestAreGivenUp() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 600; i++) {
                Socket socket = connect();
                socket.getOutputStream()
                        .write((i % 2 == 0 ? "GET / HT" : HEAD + "Content-Length: 9\r\n\r\n{")
                                .getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            for (Socket socket : slow) {
                assertThat(isClosed(socket)).isTrue();
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static String withAbsurdValue(Random random) {
        List<String> names = List.of(
                "messages",
                "role",
                "name",
                "content",
                "max_tokens",
                "temperature",
                "top_p",
                "n",
                "seed",
                "stop",
                "stream",
                "max_completion_tokens",
                "top_k",
                "min_p",
                "repeat_penalty",
                "presence_penalty",
                "stream_options");
        String name = names.get(random.nextInt(names.size()));
        String value = ABSURD.get(random.nextInt(ABSURD.size()));
        String replaced = BODY.replaceFirst(
                "\"" + name + "\":(\"[^\"]*\"|[^,}]+)", "\"" + name + "\":" + value.replace("\\", "\\\\"));
        return replaced.equals(BODY)
                ? BODY.replaceFirst("\\}$", ",\"" + name + "\":" + value.replace("\\", "\\\\") + "}")
                : replaced;
    }

    /** A few characters replaced, left out or written twice. */
    private static String withOtherBytes(String text, Random random) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(3)) {
                case 0 -> changed.setCharAt(at, (char) random.nextInt(256));
                case 1 -> changed.delete(at, Math.min(changed.length(), at + 1 + random.nextInt(8)));
                default ->
                    changed.insert(at, changed.substring(at, Math.min(changed.length(), at + random.nextInt(40))));
            }
        }
        return changed.toString();
    }

    private static String request(String body) {
        return HEAD + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** All that the server sends; nothing where it cuts the connection first. */
    private static String answer(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return "";
        }
    }

    private static int status(String answer) {
        return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static boolean isClosed(Socket socket) throws IOException {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
