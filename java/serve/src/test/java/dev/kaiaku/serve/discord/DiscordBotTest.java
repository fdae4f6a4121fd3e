package dev.kaiaku.serve.discord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.chat.ChatOptions;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.TinyPersona;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.dv8tion.jda.api.JDABuilder;
import net.dv8tion.jda.api.requests.GatewayIntent;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.utils.Compression;
import net.dv8tion.jda.api.utils.SessionControllerAdapter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DiscordBotTest {
    @TempDir
    Path folder;

    @Test
    @Timeout(120)
    void botAnswersWhoMentionsItAndMentionsNobody() throws Exception {
        Path gguf = TinyPersona.write(folder.resolve("base"), folder.resolve("ana.gguf"));
        ChatOptions chat = ChatOptions.defaults().withSeed(5).withMaxTokens(16).withTemperature(1);
        DiscordOptions options = new DiscordOptions(Set.of(FakeDiscord.SERVER), Set.of(), 0, 20, 5);
        try (FakeDiscord discord = new FakeDiscord();
                Persona persona = Persona.open(gguf, chat);
                DiscordBot bot = DiscordBot.start(builder(discord), persona, options)) {
            bot.awaitReady();

            discord.say("joao", "alguém aí?");
            discord.say("bia", "<@1> e você?");
            JsonNode post = discord.posted.poll(60, TimeUnit.SECONDS);

            assertThat(post).isNotNull();
            assertThat(post.at("/allowed_mentions/parse")).isEmpty();
            assertThat(post.path("content").asText()).isNotBlank();
            assertThat(discord.requests).contains("POST channels/20/typing", "GET channels/20/messages");
            assertThat(lastPost(discord, post).path("content").asText()).endsWith("a machine imitating ana");
        }
    }

    @Test
    @Timeout(120)
    void rateLimitsAndALostConnectionAreGotOver() throws Exception {
        Path gguf = TinyPersona.write(folder.resolve("base"), folder.resolve("ana.gguf"));
        ChatOptions chat = ChatOptions.defaults().withSeed(5).withMaxTokens(16).withTemperature(1);
        DiscordOptions options = new DiscordOptions(Set.of(FakeDiscord.SERVER), Set.of(), 0, 20, 100);
        try (FakeDiscord discord = new FakeDiscord();
                Persona persona = Persona.open(gguf, chat);
                DiscordBot bot = DiscordBot.start(builder(discord), persona, options)) {
            bot.awaitReady();
            assertThat(discord.sessions.poll(10, TimeUnit.SECONDS)).isEqualTo("identify");

            discord.limitPosts(2);
            discord.say("bia", "<@1> e você?");
            JsonNode post = discord.posted.poll(60, TimeUnit.SECONDS);
            assertThat(post).isNotNull();
            lastPost(discord, post);
            assertThat(discord.requests)
                    .filteredOn("POST channels/20/messages"::equals)
                    .hasSizeGreaterThanOrEqualTo(3);

            discord.drop();
            assertThat(discord.sessions.poll(60, TimeUnit.SECONDS)).isEqualTo("resume");
            // A persona of random weights may have nothing to say to one of them.
            boolean answered = false;
            for (int i = 0; i < 10 && !answered; i++) {
                discord.say("joao", "<@1> ainda aí? " + i);
                answered = discord.posted.poll(5, TimeUnit.SECONDS) != null;
            }
            assertThat(answered).isTrue();
        }
    }

    @Test
    @Timeout(120)
    void refusedBotIsToldWhy() throws Exception {
        Path gguf = TinyPersona.write(folder.resolve("base"), folder.resolve("ana.gguf"));
        DiscordOptions options = new DiscordOptions(Set.of(), Set.of(), 0, 20, 5);
        try (FakeDiscord discord = new FakeDiscord();
                Persona persona = Persona.open(gguf)) {
            assertThatThrownBy(() -> DiscordBot.start(builder(discord).setToken("s3cret"), persona, options))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("token")
                    .hasMessageNotContaining("s3cret");

            discord.refuse(4014);
            try (DiscordBot bot = DiscordBot.start(builder(discord), persona, options)) {
                assertThatThrownBy(bot::awaitReady)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("message content");
            }
        }
    }

    private static JsonNode lastPost(FakeDiscord discord, JsonNode first) throws InterruptedException {
        JsonNode last = first;
        for (JsonNode next = first; next != null; next = discord.posted.poll(3, TimeUnit.SECONDS)) {
            last = next;
        }
        return last;
    }

    private static JDABuilder builder(FakeDiscord discord) {
        return JDABuilder.createLight(FakeDiscord.TOKEN, GatewayIntent.GUILD_MESSAGES, GatewayIntent.MESSAGE_CONTENT)
                .setCompression(Compression.NONE)
                .setRestConfig(new RestConfig().setBaseUrl(discord.restUrl()))
                .setSessionController(new SessionControllerAdapter() {
                    @Override
                    public String getGateway() {
                        return discord.gatewayUrl();
                    }
                });
    }
}
