package dev.kaiaku.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.TinyPersona;
import dev.kaiaku.chat.engine.EngineOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many clients at once, some of which vanish or read slowly; {@code -Dkaiaku.load.seconds=300} makes it as long as one likes. */
class ServerLoadTest {
    private static final int CLIENTS = 200;
    private static final int SLOTS = 4;
    /** What a process may grow by once everything has happened once. */
    private static final long GROWTH = 64L << 20;

    /** What a client does with its stream. */
    private enum Reader {
        USUAL,
        SLOW,
        VANISHES;

        static Reader of(int number) {
            return switch (number % 10) {
                case 0 -> VANISHES;
                case 1 -> SLOW;
                default -> USUAL;
            };
        }
    }

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    @Test
    void nobodyGetsAnErrorButToComeBackAndEveryStreamIsWhole() throws Exception {
        Duration time = Duration.ofSeconds(Long.getLong("kaiaku.load.seconds", 4));
        ChatOptions chat = ChatOptions.defaults().withTemperature(1).withMaxTokens(16);
        Map<String, Integer> outcomes = new ConcurrentHashMap<>();
        try (Persona persona = Persona.open(
                        TinyPersona.write(folder.resolve("base"), folder.resolve("ana.gguf")),
                        chat,
                        EngineOptions.defaults().withContextTokens(512).withSlots(SLOTS));
                PersonaServer server = PersonaServer.start(
                        persona, chat, SLOTS, ServeOptions.defaults().withAddress("127.0.0.1", 0))) {
            long end = System.nanoTime() + time.toNanos();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                Thread client = new Thread(() -> {
                    for (int round = 0; System.nanoTime() < end; round++) {
                        Reader reader = Reader.of(number + round);
                        outcomes.merge(outcome(server.url(), number, reader), 1, Integer::sum);
                    }
                });
                client.start();
                clients.add(client);
            }
            Thread.sleep(time.toMillis() / 3);
            long early = residentBytes();
            for (Thread client : clients) {
                client.join();
            }
            long late = residentBytes();

            assertThat(outcomes.keySet()).isSubsetOf("whole", "429", "vanished");
            assertThat(outcomes.get("whole")).isPositive();
            if (time.toSeconds() >= 60) {
                System.out.printf("%s, %d MiB early and %d MiB late%n", outcomes, early >> 20, late >> 20);
                assertThat(late).isLessThan(early + GROWTH);
            }
        }
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }

    private static String outcome(String url, int client, Reader reader) {
        String body = "{\"messages\":[{\"role\":\"user\",\"name\":\"p%d\",\"content\":\"oi\"}],\"stream\":true}"
                .formatted(client);
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<InputStream> response = HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                if (response.statusCode() != 200) {
                    in.readAllBytes();
                    Thread.sleep(200);
                    return Integer.toString(response.statusCode());
                }
                if (reader == Reader.VANISHES) {
                    return in.read() >= 0 ? "vanished" : "empty";
                }
                ByteArrayOutputStream read = new ByteArrayOutputStream();
                byte[] some = new byte[reader == Reader.SLOW ? 128 : 8192];
                for (int n = in.read(some); n >= 0; n = in.read(some)) {
                    read.write(some, 0, n);
                    Thread.sleep(reader == Reader.SLOW ? 20 : 0);
                }
                String events = read.toString(StandardCharsets.UTF_8);
                return events.endsWith("data: [DONE]\n\n") ? "whole" : "cut";
            }
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
