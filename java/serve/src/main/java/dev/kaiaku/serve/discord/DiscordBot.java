package dev.kaiaku.serve.discord;

import dev.kaiaku.chat.Persona;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.JDABuilder;
import net.dv8tion.jda.api.entities.Activity;
import net.dv8tion.jda.api.exceptions.InvalidTokenException;
import net.dv8tion.jda.api.requests.CloseCode;
import net.dv8tion.jda.api.requests.GatewayIntent;

/**
 * A bot on Discord that answers when it is mentioned or replied to, or by chance. It has no memory of its own: what
 * was said is read from the channel each time. Nothing of it is logged.
 *
 * <p>Tested against a stand-in of Discord's REST and gateway on loopback: logging in and being refused, hearing,
 * history, typing, posting, mentions, rate limits, a lost connection. Not tested, for only Discord itself has it: TLS,
 * the gateway's compression, shards, permissions that a server takes away while the bot runs, and threads.
 */
public final class DiscordBot implements AutoCloseable {
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    private final JDA jda;
    private final ChannelListener listener;

    private DiscordBot(JDA jda, ChannelListener listener) {
        this.jda = jda;
        this.listener = listener;
    }

    /**
     * Logs in and begins to listen. The bot needs the intent "message content", which is switched on in Discord's
     * developer portal.
     *
     * @throws IllegalArgumentException where Discord does not know the token
     */
    public static DiscordBot start(Persona persona, String token, DiscordOptions options) {
        return start(
                JDABuilder.createLight(token, GatewayIntent.GUILD_MESSAGES, GatewayIntent.MESSAGE_CONTENT),
                persona,
                options);
    }

    static DiscordBot start(JDABuilder builder, Persona persona, DiscordOptions options) {
        ReplyRule rule =
                new ReplyRule(options, () -> ThreadLocalRandom.current().nextDouble());
        ChannelListener listener = new ChannelListener(persona, rule, options.historyMessages());
        try {
            JDA jda = builder.setActivity(Activity.customStatus("a machine imitating " + persona.name()))
                    .setEnableShutdownHook(false)
                    .addEventListeners(listener)
                    .build();
            return new DiscordBot(jda, listener);
        } catch (InvalidTokenException e) {
            throw new IllegalArgumentException("Discord does not know this token", e);
        }
    }

    /**
     * Waits until it is on-line.
     *
     * @throws IllegalStateException where Discord refuses it, with the reason
     */
    public void awaitReady() throws InterruptedException {
        try {
            jda.awaitReady();
        } catch (IllegalStateException e) {
            throw new IllegalStateException("Discord refuses the bot" + reason(), e);
        }
    }

    private String reason() throws InterruptedException {
        try {
            Optional<CloseCode> code = listener.closed().get(GOODBYE.toSeconds(), TimeUnit.SECONDS);
            if (code.equals(Optional.of(CloseCode.DISALLOWED_INTENTS))) {
                return ": switch its intent \"message content\" on in Discord's developer portal";
            }
            return code.map(known -> ": " + known.getMeaning()).orElse("");
        } catch (ExecutionException | TimeoutException e) {
            return "";
        }
    }

    /** Leaves Discord; a reply that is being written is given up. */
    @Override
    public void close() {
        listener.close();
        jda.shutdown();
        try {
            if (!jda.awaitShutdown(GOODBYE)) {
                jda.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            jda.shutdownNow();
        }
    }
}
