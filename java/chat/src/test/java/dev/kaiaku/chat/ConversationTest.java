package dev.kaiaku.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.chat.engine.EngineOptions;
import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ConversationTest {
    private static final ChatOptions OPTIONS =
            ChatOptions.defaults().withSeed(5).withMaxTokens(24).withTemperature(1);

    /** Goes on until something stops it: random weights hardly ever end a turn by themselves. */
    private static final ChatOptions ENDLESS =
            OPTIONS.withMaxTokens(2000).withTemperature(5).withTopP(1).withMinP(0);

    @TempDir
    static Path folder;

    static Path gguf;
    static Persona persona;

    @BeforeAll
    static void open() {
        gguf = TinyPersona.write(folder.resolve("base"), folder.resolve("ana.gguf"));
        persona = Persona.open(gguf, OPTIONS, EngineOptions.defaults().withSlots(2));
    }

    @AfterAll
    static void close() {
        persona.close();
    }

    @Test
    void replyIsFollowedFromItsBeginningAsOftenAsWanted() throws Exception {
        Reply reply = persona.conversation().say("bia", "oi");
        List<Piece> first = new ArrayList<>();
        reply.forEach(first::add);
        List<Piece> second = new ArrayList<>();
        reply.forEach(second::add);
        CompletableFuture<List<Piece>> published = publish(reply);

        assertThat(first).isNotEmpty().isEqualTo(second).isEqualTo(published.get(30, TimeUnit.SECONDS));
        assertThat(reply.future().get()).isEqualTo(reply.messages());
        assertThat(reply.done()).isTrue();
    }

    @Test
    void historyKnowsEverybody() {
        Conversation chat = persona.conversation();
        chat.hear("joão", "bora?");
        Reply reply = chat.say("[bi]a\n", "ana,\r\nvem");
        chat.hear("joão", "enquanto ela escreve");
        reply.text();

        List<Said> history = chat.history();
        assertThat(history.subList(0, 2))
                .containsExactly(new Said("joão", "bora?", false), new Said("bi a", "ana,\nvem", false));
        assertThat(history).last().isEqualTo(new Said("joão", "enquanto ela escreve", false));
        assertThat(history).filteredOn(Said::persona).extracting(Said::text).isEqualTo(reply.messages());
    }

    @Test
    void oneReplyIsWrittenAtATime() {
        Conversation chat = persona.conversation();
        assertThatThrownBy(chat::reply)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nothing was said");
        chat.options(ENDLESS);
        Reply reply = chat.say("bia", "oi");

        assertThatThrownBy(() -> chat.say("bia", "e aí?")).hasMessageContaining("still writing");
        reply.cancel();
        reply.text();

        assertThat(chat.history()).filteredOn(said -> !said.persona()).hasSize(1);
    }

    @Test
    void cancelledReplyKeepsWhatWasWritten() {
        Conversation chat = persona.conversation();
        chat.options(ENDLESS);
        Reply reply = chat.say("bia", "oi");
        reply.iterator().next();

        reply.cancel();

        assertThat(reply.ending()).isEqualTo(Ending.CANCELLED);
        assertThat(reply.messages()).isNotEmpty();
        assertThat(chat.history()).hasSize(1 + reply.messages().size());
    }

    @Test
    void cancellingTheFutureCancelsTheReply() {
        Conversation chat = persona.conversation();
        chat.options(ENDLESS);
        Reply reply = chat.say("bia", "oi");

        assertThat(reply.future().cancel(true)).isTrue();
        reply.forEach(piece -> {});

        assertThat(reply.done()).isTrue();
        assertThatThrownBy(reply::messages).isInstanceOf(CancellationException.class);
    }

    @Test
    void replyEndsWhenItsTimeIsOver() {
        Conversation chat = persona.conversation();
        chat.options(ENDLESS.withTimeout(Duration.ofMillis(50)));

        Reply reply = chat.say("bia", "oi");

        assertThat(reply.ending()).isEqualTo(Ending.TIMED_OUT);
    }

    @Test
    void forksGoTheirOwnWays() {
        Conversation chat = persona.conversation();
        chat.say("bia", "oi").text();
        Conversation fork = chat.fork();

        fork.say("joão", "e eu?").text();

        assertThat(chat.history()).hasSizeLessThan(fork.history().size());
        assertThat(fork.history()).startsWith(chat.history().toArray(Said[]::new));
    }

    @Test
    void anotherReplyTakesThePlaceOfTheLast() {
        Conversation chat = persona.conversation();
        String first = chat.say("bia", "oi").text();

        String second = chat.regenerate().text();

        assertThat(second).isNotEqualTo(first);
        assertThat(chat.history()).filteredOn(said -> !said.persona()).hasSize(1);
        assertThatThrownBy(() -> persona.conversation().regenerate()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void savedConversationGoesOn() throws IOException {
        Path file = folder.resolve("kept.jsonl");
        Conversation chat = persona.conversation("seja a ana");
        chat.hear("joão", "duas\nlinhas");
        chat.say("bia", "oi").text();
        chat.save(file);

        Conversation loaded = persona.load(file);

        assertThat(loaded.history()).isEqualTo(chat.history());
        assertThat(Files.readString(file)).contains("\"system\"", "seja a ana").endsWith("}\n");
        assertThatThrownBy(() -> persona.load(Files.writeString(folder.resolve("no.jsonl"), "x")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no.jsonl");
    }

    @Test
    void conversationsOfManyThreadsShareThePersona() {
        List<CompletableFuture<String>> replies = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String name = "pessoa " + i;
            replies.add(CompletableFuture.supplyAsync(() -> {
                Conversation chat = persona.conversation();
                chat.say(name, "oi").text();
                return chat.say(name, "e aí?").text();
            }));
        }

        assertThat(replies).allSatisfy(reply -> assertThat(reply.join()).isNotNull());
    }

    @Test
    void closingThePersonaEndsWhatItWrites() {
        Persona other = Persona.open(gguf, ENDLESS);
        Conversation chat = other.conversation();
        Reply reply = chat.say("bia", "oi");
        reply.iterator().next();

        other.close();

        assertThatThrownBy(reply::text)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(other::conversation).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closedConversationIsSilent() {
        Conversation chat = persona.conversation();
        chat.close();

        assertThatThrownBy(() -> chat.say("bia", "oi")).hasMessageContaining("closed");
    }

    @Test
    void aRawTextGoesOnAsItIs() {
        String text = persona.complete("era uma vez", OPTIONS).text();

        assertThat(text).isNotEmpty();
    }

    private static CompletableFuture<List<Piece>> publish(Reply reply) {
        CompletableFuture<List<Piece>> all = new CompletableFuture<>();
        reply.subscribe(new Flow.Subscriber<>() {
            private final List<Piece> pieces = new ArrayList<>();
            private Flow.Subscription subscription = new Flow.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
            };

            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription = given;
                subscription.request(1);
            }

            @Override
            public void onNext(Piece piece) {
                pieces.add(piece);
                subscription.request(1);
            }

            @Override
            public void onError(Throwable thrown) {
                all.completeExceptionally(thrown);
            }

            @Override
            public void onComplete() {
                all.complete(pieces);
            }
        });
        return all;
    }
}
