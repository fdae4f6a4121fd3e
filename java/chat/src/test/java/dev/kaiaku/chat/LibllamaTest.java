package dev.kaiaku.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kaiaku.bindings.LlamaBinary;
import dev.kaiaku.bindings.libllama.Libllama;
import dev.kaiaku.bindings.libllama.LibllamaContext;
import dev.kaiaku.bindings.libllama.LibllamaModel;
import dev.kaiaku.chat.engine.EngineKind;
import dev.kaiaku.chat.engine.EngineOptions;
import dev.kaiaku.chat.engine.FlashAttention;
import dev.kaiaku.chat.engine.KvType;
import dev.kaiaku.chat.engine.LlamaBuild;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.gguf.QuantType;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.format.ConversationEncoder;
import dev.kaiaku.model.gguf.GgufWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class LibllamaTest {
    private static final ChatOptions GREEDY =
            ChatOptions.defaults().withTemperature(0).withMaxTokens(30);
    private static final EngineOptions LIBLLAMA = EngineOptions.defaults().withKind(EngineKind.LIBLLAMA);
    private static final int HIDDEN = 64;
    private static final int RANK = 4;

    @TempDir
    static Path folder;

    static Path gguf;

    @BeforeAll
    static void exportPersona() {
        assumeTrue(LlamaBuild.library().isPresent(), "libllama is not built on this machine: mvn -Pllama builds it");
        gguf = TinyPersona.write(folder.resolve("base"), folder.resolve("ana.gguf"));
    }

    @Test
    void bothEnginesWriteTheSame() {
        assertThat(talk(LIBLLAMA, "oi")).isEqualTo(talk(LIBLLAMA.withKind(EngineKind.JAVA_LLAMA), "oi"));
    }

    @Test
    void bothEnginesWriteTheSameAfterAPromptThatTakesSteps() {
        String story = "e aí a gente foi lá ver o que era e não era nada demais, ".repeat(25);

        assertThat(talk(LIBLLAMA, story)).isEqualTo(talk(LIBLLAMA.withKind(EngineKind.JAVA_LLAMA), story));
    }

    @Test
    void laterTurnCostsOnlyItsNewTokens() {
        try (Persona persona = Persona.open(gguf, GREEDY, LIBLLAMA)) {
            Conversation chat = persona.conversation();
            Reply first = chat.say("bia", "uma mensagem que tem algumas palavras");
            first.text();
            Reply second = chat.say("joão", "e outra");
            second.text();

            assertThat(first.stats().reusedTokens()).isZero();
            assertThat(second.stats().reusedTokens())
                    .isGreaterThanOrEqualTo(first.stats().promptTokens());
        }
    }

    @Test
    void abortedStepLeavesNothingBehind() {
        Libllama library = Libllama.load(LlamaBuild.library().orElseThrow());
        try (LibllamaModel model = LibllamaModel.open(library, gguf, 0);
                LibllamaContext context =
                        new LibllamaContext(model, new LibllamaContext.Sizes(512, 1, 512, 2, -1, 1))) {
            int[] tokens = model.tokenize("era uma vez ".repeat(20), false);
            context.abort(true);
            boolean aborted = !decode(context, tokens);
            context.abort(false);

            assertThat(aborted).isTrue();
            assertThat(decode(context, tokens)).isTrue();
        }
    }

    private static boolean decode(LibllamaContext context, int[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            context.put(i, tokens[i], i, 0, i == tokens.length - 1);
        }
        return context.decode(tokens.length);
    }

    @Test
    void replyCancelledWithinItsPromptDoesNotShowInTheNext() throws InterruptedException {
        String story = "e aí a gente foi lá ver o que era e não era nada demais, ".repeat(25);
        List<String> expected = talk(LIBLLAMA, story);
        try (Persona persona = Persona.open(gguf, GREEDY, LIBLLAMA)) {
            for (int millis = 0; millis < 12; millis++) {
                Reply cancelled = persona.conversation().say("ana", "x".repeat(millis) + story);
                Thread.sleep(millis);
                cancelled.cancel();

                assertThat(talk(persona, story)).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LLAMA, CHATML",
        "GEMMA3, GEMMA",
        "LLAMA, LLAMA3",
        "LLAMA, MISTRAL",
        "LLAMA, MISTRAL_V1",
        "LLAMA, MISTRAL_TEKKEN"
    })
    void promptHasTheTokensOfTraining(Architecture architecture, ChatFormat format) {
        String said = "olá 😀 é <|im_end|>\nsegunda  linha";
        Path base = folder.resolve("base-" + format.id());
        TinySpec spec = TinySpec.defaults(architecture).withFormat(format);
        Path file = TinyPersona.write(base, folder.resolve(format.id() + ".gguf"), spec, QuantType.F16);
        try (Persona persona = Persona.open(file, GREEDY, LIBLLAMA);
                BaseModel model = BaseModels.open(base)) {
            Reply reply = persona.conversation("seja a ana").say("joão", said);
            int[] tokens = new ConversationEncoder(
                            model.tokenizer(),
                            model.chatFormat(),
                            model.tokenizer().addBos())
                    .prompt(new dev.kaiaku.dataset.Conversation(List.of(
                            new Turn(Role.SYSTEM, "seja a ana"),
                            new Turn(Role.USER, "[joão]: " + said.replace("\n", "\n  ")))));

            assertThat(reply.stats().promptTokens()).isEqualTo(tokens.length);
        }
    }

    @Test
    void conversationsInSlotsOfTheirOwnKeepWhatWasComputed() {
        try (Persona persona = Persona.open(gguf, GREEDY, LIBLLAMA.withSlots(3))) {
            List<Conversation> chats = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                chats.add(persona.conversation());
            }
            for (Conversation chat : chats) {
                chat.say("pessoa " + chats.indexOf(chat), "oi").text();
            }

            List<CompletableFuture<List<String>>> together = new ArrayList<>();
            List<Reply> replies = new ArrayList<>();
            for (Conversation chat : chats) {
                Reply reply = chat.say("bia", "todos de uma vez");
                replies.add(reply);
                together.add(reply.future());
            }
            together.forEach(CompletableFuture::join);

            assertThat(replies).allMatch(reply -> reply.stats().reusedTokens() > 0);
        }
    }

    @Test
    void qwen3IsRunByLibllamaAndTheChoiceIsExplained() {
        Path qwen = TinyPersona.write(
                folder.resolve("qwen"), folder.resolve("qwen3.gguf"), Architecture.QWEN3, QuantType.F16);

        try (Persona persona = Persona.open(qwen, GREEDY)) {
            assertThat(persona.engine()).startsWith("libllama 0.5").contains("does not know the architecture qwen3");
            assertThat(persona.conversation().say("bia", "oi").text()).isNotBlank();
        }
        EngineOptions old = EngineOptions.defaults().withKind(EngineKind.JAVA_LLAMA);
        assertThatThrownBy(() -> Persona.open(qwen, GREEDY, old))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("qwen3")
                .hasMessageContaining("--engine libllama");
    }

    @Test
    void adapterThatIsSwitchedOffAndOnRestoresTheReplyExactly() {
        Path adapter = writeAdapter(folder.resolve("lora.gguf"));
        EngineOptions options = LIBLLAMA.withAdapter(adapter, 1);
        try (Persona persona = Persona.open(gguf, GREEDY, options)) {
            Conversation chat = persona.conversation();
            chat.hear("bia", "oi");
            String on = chat.fork().reply().text();
            persona.strength(0);
            String off = chat.fork().reply().text();
            persona.strength(1);
            String again = chat.fork().reply().text();

            assertThat(off).isNotEqualTo(on);
            assertThat(again).isEqualTo(on);
            assertThat(off).isEqualTo(firstReply(LIBLLAMA));
        }
    }

    @Test
    void adapterOnQ4IsNotGivenToTheOldEngine() {
        Path q4 = TinyPersona.write(
                folder.resolve("q4base"), folder.resolve("q4.gguf"), Architecture.LLAMA, QuantType.Q4_0);
        Path adapter = writeAdapter(folder.resolve("lora4.gguf"));
        EngineOptions old =
                EngineOptions.defaults().withKind(EngineKind.JAVA_LLAMA).withAdapter(adapter, 1);

        assertThatThrownBy(() -> Persona.open(q4, GREEDY, old))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("Q4_0");
        try (Persona persona = Persona.open(q4, GREEDY, old.withKind(EngineKind.AUTO))) {
            assertThat(persona.engine()).startsWith("libllama").contains("Q4_0");
        }
    }

    @Test
    void contextIsKeptAsItIsAskedFor() {
        EngineOptions options = LIBLLAMA.withKvType(KvType.F32).withFlashAttention(FlashAttention.ON);

        assertThat(firstReply(options)).isNotBlank();
    }

    @Test
    void anotherLibraryIsRefusedInOneLine() throws Exception {
        Path other = LlamaBinary.folder().resolve(System.mapLibraryName("jllama"));
        Path text = Files.writeString(folder.resolve("no.so"), "no library");

        for (Path library : List.of(other, text, folder.resolve("absent.so"))) {
            assertThatThrownBy(() -> Persona.open(gguf, GREEDY, LIBLLAMA.withLibrary(library)))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining(library.getFileName().toString())
                    .hasMessageNotContaining("\n");
        }
    }

    private static String firstReply(EngineOptions options) {
        try (Persona persona = Persona.open(gguf, GREEDY, options)) {
            return persona.conversation().say("bia", "oi").text();
        }
    }

    private static List<String> talk(EngineOptions options, String first) {
        try (Persona persona = Persona.open(gguf, GREEDY, options)) {
            return talk(persona, first);
        }
    }

    private static List<String> talk(Persona persona, String first) {
        Conversation chat = persona.conversation();
        return List.of(
                chat.say("bia", first).text(), chat.say("joão", "e aí, ana?").text());
    }

    /** A LoRA adapter of the tiny base, with random matrices, as llama.cpp reads them. */
    private static Path writeAdapter(Path out) {
        TensorInfo a =
                new TensorInfo("blk.0.attn_output.weight.lora_a", TensorType.F32, List.of((long) RANK, (long) HIDDEN));
        TensorInfo b =
                new TensorInfo("blk.0.attn_output.weight.lora_b", TensorType.F32, List.of((long) HIDDEN, (long) RANK));
        try (GgufWriter writer = GgufWriter.create(out)) {
            writer.string("general.architecture", "llama");
            writer.string("general.type", "adapter");
            writer.string("adapter.type", "lora");
            writer.f32("adapter.lora.alpha", 4 * RANK);
            writer.string("kaiaku.persona", "ana");
            writer.string("kaiaku.format", "chatml");
            writer.tensor(a);
            writer.tensor(b);
            writer.write(a.name(), random(1));
            writer.write(b.name(), random(2));
            writer.finish();
        }
        return out;
    }

    private static ByteBuffer random(int seed) {
        Random random = new Random(seed);
        ByteBuffer values = ByteBuffer.allocate(RANK * HIDDEN * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            values.putFloat((float) random.nextGaussian());
        }
        return values.flip();
    }
}
