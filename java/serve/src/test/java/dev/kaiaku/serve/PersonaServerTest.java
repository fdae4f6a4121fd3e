package dev.kaiaku.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.TinyPersona;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PersonaServerTest {
    private static final ChatOptions CHAT =
            ChatOptions.defaults().withTemperature(1).withSeed(5).withMaxTokens(24);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HELLO = "{\"messages\":[{\"role\":\"user\",\"name\":\"bia\",\"content\":\"oi\"}]%s}";

    @TempDir
    static Path folder;

    static Persona persona;
    static PersonaServer server;

    private final HttpClient http = HttpClient.newHttpClient();

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

    @Test
    void openAiClientOfLangchainGetsAReply() {
        OpenAiChatModel model = OpenAiChatModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey("unused")
                .modelName("ana")
                .maxRetries(0)
                .build();

        ChatResponse response =
                model.chat(UserMessage.from("joao", "oi"), AiMessage.from("opa"), UserMessage.from("e aí"));

        assertThat(response.aiMessage().text()).isNotBlank();
        assertThat(response.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void streamAddsUpToTheReply() throws Exception {
        StringBuilder pieces = new StringBuilder();
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey("unused")
                .modelName("ana")
                .temperature(0.0)
                .build();
        model.chat(List.of(UserMessage.from("bia", "oi")), new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                pieces.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                whole.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                whole.completeExceptionally(error);
            }
        });

        String streamed = whole.get(60, TimeUnit.SECONDS).aiMessage().text();
        JsonNode atOnce =
                JSON.readTree(post(HELLO.formatted(",\"temperature\":0")).body());

        assertThat(streamed).isNotBlank().isEqualTo(pieces.toString());
        assertThat(atOnce.at("/choices/0/message/content").asText()).isEqualTo(streamed);
    }

    @Test
    void severalRepliesAndStopWordsAreObeyed() throws Exception {
        JsonNode two = JSON.readTree(
                post(HELLO.formatted(",\"n\":2,\"max_tokens\":12")).body());

        assertThat(two.path("choices")).hasSize(2);
        String first = two.at("/choices/0/message/content").asText();
        assertThat(two.at("/choices/1/message/content").asText()).isNotEqualTo(first);

        JsonNode stopped = JSON.readTree(
                post(HELLO.formatted(",\"max_tokens\":200,\"stop\":[\"a\",\"e\",\"i\",\"o\",\"u\",\"n\",\"r\",\"t\"]"))
                        .body());

        assertThat(stopped.at("/choices/0/message/content").asText()).doesNotContainPattern("[aeiounrt]");
        assertThat(stopped.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void plainCompletionGoesOnFromTheText() throws Exception {
        HttpResponse<String> response = http.send(
                request("/v1/completions", "{\"prompt\":\"era uma vez\",\"max_tokens\":8}")
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(response.body()).at("/choices/0/text").asText())
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "{\"messages\":",
                "{}",
                "{\"messages\":[]}",
                "{\"messages\":\"oi\"}",
                "{\"messages\":[{\"role\":\"user\",\"content\":7}]}",
                "{\"messages\":[{\"role\":\"robot\",\"content\":\"oi\"}]}",
                "{\"messages\":[{\"role\":\"assistant\",\"content\":\"oi\"}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"oi\"}],\"temperature\":-1}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"oi\"}],\"temperature\":1e999}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"oi\"}],\"max_tokens\":0}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"oi\"}],\"max_tokens\":99999999999}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"oi\"}],\"n\":1000000}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"oi\"}],\"stop\":[\"\"]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"oi\"}],\"seed\":\"x\"}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"oi\"}],\"stream\":\"yes\"}"
            })
    void wrongRequestsAreToldSo(String body) throws Exception {
        HttpResponse<String> response = post(body);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(JSON.readTree(response.body()).at("/error/message").asText())
                .isNotBlank()
                .doesNotContain("Exception");
    }

    @Test
    void messageLongerThanTheContextIsToldSo() throws Exception {
        HttpResponse<String> response =
                post("{\"messages\":[{\"role\":\"user\",\"content\":\"" + "palavra ".repeat(9000) + "\"}]}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("too long");
    }

    @Test
    void deeplyNestedJsonIsRefused() throws Exception {
        assertThat(post("{\"messages\":" + "[".repeat(5000)).statusCode()).isEqualTo(400);
    }

    @Test
    void bodyThatIsTooLargeIsRefusedBeforeItIsRead() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(head("POST", "/v1/chat/completions", "Content-Length: 100000000"));
            socket.getOutputStream().write(new byte[(1 << 20) + 1]);

            assertThat(status(socket)).isEqualTo(413);
        }
        assertThat(get("/health").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/v1/chat/completions,405",
        "POST,/v1/models,405",
        "DELETE,/,405",
        "GET,/v1/nothing,404",
        "GET,/../../etc/passwd,404",
        "GET,/page.css/../../PersonaServer.class,404",
        "GET,/%2e%2e/%2e%2e/etc/passwd,404",
        "GET,/index.html,404",
        "HEAD,/,200"
    })
    void onlyWhatIsThereCanBeReached(String method, String path, int status) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(head(method, path, "Connection: close"));

            assertThat(status(socket)).isEqualTo(status);
        }
    }

    @Test
    void otherContentTypesThanJsonAreRefused() throws Exception {
        HttpRequest form = HttpRequest.newBuilder(URI.create(server.url() + "/v1/chat/completions"))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(HELLO.formatted("")))
                .build();

        assertThat(http.send(form, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(415);
    }

    @Test
    void namesThatAreNotThisServersAreRefused() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(status(socket)).isEqualTo(403);
        }
    }

    @Test
    void pagesOfOtherSitesAreRefusedAndNoneGetsCorsHeaders() throws Exception {
        HttpRequest.Builder request = request("/v1/chat/completions", HELLO.formatted(""));
        HttpResponse<String> response = http.send(
                request.header("Origin", "http://evil.example").build(), HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
    }

    @Test
    void addressThatOthersReachNeedsAToken() {
        assertThatThrownBy(() -> PersonaServer.start(
                        persona, CHAT, 1, ServeOptions.defaults().withAddress("0.0.0.0", 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token");
    }

    @Test
    void tokenIsAskedForAndNeverShown() throws Exception {
        ServeOptions options =
                ServeOptions.defaults().withAddress("127.0.0.1", 0).withToken("s3cret");
        assertThat(options.toString()).doesNotContain("s3cret");
        try (PersonaServer guarded = PersonaServer.start(persona, CHAT, 1, options)) {
            URI models = URI.create(guarded.url() + "/v1/models");
            for (String token : List.of("", "s3cre", "s3cret0")) {
                HttpRequest wrong = HttpRequest.newBuilder(models)
                        .header("Authorization", "Bearer " + token)
                        .build();
                HttpResponse<String> refused = http.send(wrong, HttpResponse.BodyHandlers.ofString());
                assertThat(refused.statusCode()).isEqualTo(401);
                assertThat(refused.body()).doesNotContain("s3cret");
            }
            HttpRequest right = HttpRequest.newBuilder(models)
                    .header("Authorization", "Bearer s3cret")
                    .build();
            assertThat(http.send(right, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void oneRequestTooManyIsToldToComeBack() throws Exception {
        ServeOptions options =
                ServeOptions.defaults().withAddress("127.0.0.1", 0).withQueue(0);
        try (PersonaServer narrow = PersonaServer.start(persona, CHAT, 1, options);
                Socket first = new Socket(InetAddress.getLoopbackAddress(), narrow.port())) {
            startEndlessReply(first);

            HttpRequest second = HttpRequest.newBuilder(URI.create(narrow.url() + "/v1/chat/completions"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(HELLO.formatted("")))
                    .build();
            HttpResponse<String> refused = http.send(second, HttpResponse.BodyHandlers.ofString());

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        }
    }

    @Test
    void clientThatVanishesFreesItsSlotAtOnce() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            startEndlessReply(socket);
            assertThat(inside()).isEqualTo(1);
            socket.setSoLinger(true, 0);
        }

        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (inside() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }

        assertThat(inside()).isZero();
    }

    @Test
    void serverThatGoesAwayEndsWhatItWrites() throws Exception {
        PersonaServer other =
                PersonaServer.start(persona, CHAT, 1, ServeOptions.defaults().withAddress("127.0.0.1", 0));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), other.port())) {
            startEndlessReply(socket);

            other.close();

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\"finish_reason\":\"")
                    .contains("data: [DONE]");
        }
    }

    @Test
    void modelCanBeAskedForByName() throws Exception {
        assertThat(JSON.readTree(get("/v1/models").body()).at("/data/0/id").asText())
                .isEqualTo("ana");
        assertThat(JSON.readTree(get("/v1/models/ana").body()).path("id").asText())
                .isEqualTo("ana");
        assertThat(get("/v1/models/bia").statusCode()).isEqualTo(404);
    }

    @Test
    void pageAllowsNothingFromElsewhere() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe", "http");
        assertThat(page.body()).doesNotContain("://", "onclick", "<style", "style=");
    }

    @Test
    void metricsCountRequests() throws Exception {
        post(HELLO.formatted(""));

        assertThat(get("/metrics").body())
                .contains("kaiaku_requests_total{status=\"200\"}", "kaiaku_reply_tokens_total");
    }

    /** Asks for a long reply and waits until it has begun. */
    private static void startEndlessReply(Socket socket) throws IOException {
        String body = HELLO.formatted(",\"stream\":true,\"max_tokens\":2000,\"temperature\":5,\"top_p\":1,\"min_p\":0");
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write(head("POST", "/v1/chat/completions", "Content-Length: " + body.length()));
        socket.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        assertThat(status(socket)).isEqualTo(200);
    }

    private int inside() throws Exception {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("kaiaku_requests_inside "))
                .mapToInt(line -> Integer.parseInt(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] head(String method, String path, String header) {
        return (method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + header
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static int status(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] line = in.readNBytes("HTTP/1.1 200".length());
        return Integer.parseInt(new String(line, StandardCharsets.US_ASCII).substring(9));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(server.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String body) throws Exception {
        return http.send(request("/v1/chat/completions", body).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }
}
