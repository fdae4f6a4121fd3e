package dev.kaiaku.serve.discord;

import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.Reply;
import dev.kaiaku.chat.Said;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.serve.discord.ChannelText.Posted;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.dv8tion.jda.api.entities.Message;
import net.dv8tion.jda.api.entities.channel.middleman.MessageChannel;
import net.dv8tion.jda.api.events.message.MessageReceivedEvent;
import net.dv8tion.jda.api.events.session.ShutdownEvent;
import net.dv8tion.jda.api.exceptions.ErrorResponseException;
import net.dv8tion.jda.api.exceptions.PermissionException;
import net.dv8tion.jda.api.hooks.ListenerAdapter;
import net.dv8tion.jda.api.requests.CloseCode;

/** Answers messages of channels, one at a time in each; what it sends mentions nobody. */
final class ChannelListener extends ListenerAdapter implements AutoCloseable {
    private static final int TYPING_SECONDS = 8;
    private static final int WAITING_CHANNELS = 16;
    private static final int MOST_PAUSE_MILLIS = 1500;

    private final Persona persona;
    private final ReplyRule rule;
    private final int historyMessages;
    private final Set<Long> answering = ConcurrentHashMap.newKeySet();
    private final ExecutorService writers;
    private final CompletableFuture<Optional<CloseCode>> closed = new CompletableFuture<>();

    ChannelListener(Persona persona, ReplyRule rule, int historyMessages) {
        this.persona = persona;
        this.rule = rule;
        this.historyMessages = historyMessages;
        this.writers =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(WAITING_CHANNELS), task -> {
                    Thread thread = new Thread(task, "kaiaku-discord");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @Override
    public void onShutdown(ShutdownEvent event) {
        closed.complete(Optional.ofNullable(event.getCloseCode()));
    }

    /** Why Discord closed the connection for good, once it has. */
    Future<Optional<CloseCode>> closed() {
        return closed;
    }

    @Override
    public void onMessageReceived(MessageReceivedEvent event) {
        Message message = event.getMessage();
        ReplyRule.Heard heard = new ReplyRule.Heard(
                event.isFromGuild() ? event.getGuild().getIdLong() : 0,
                event.getChannel().getIdLong(),
                event.getAuthor().isBot() || event.isWebhookMessage(),
                addressed(message),
                message.getTimeCreated().toInstant());
        if (answering.contains(heard.channel()) || !rule.answers(heard)) {
            return;
        }
        answering.add(heard.channel());
        try {
            writers.execute(() -> answerQuietly(event.getChannel()));
        } catch (RejectedExecutionException e) {
            // Too many channels wait already.
            answering.remove(heard.channel());
        }
    }

    private void answerQuietly(MessageChannel channel) {
        try {
            answer(channel);
        } catch (ErrorResponseException | PermissionException | BadInputException | IllegalStateException e) {
            // Discord, or the length of a message, forbids this answer; the next one may do.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            answering.remove(channel.getIdLong());
        }
    }

    private static boolean addressed(Message message) {
        Message answered = message.getReferencedMessage();
        long self = message.getJDA().getSelfUser().getIdLong();
        return message.getMentions().getUsers().stream().anyMatch(user -> user.getIdLong() == self)
                || (answered != null && answered.getAuthor().getIdLong() == self);
    }

    private void answer(MessageChannel channel) throws InterruptedException {
        List<Message> last = new ArrayList<>(
                channel.getHistory().retrievePast(historyMessages).complete());
        Collections.reverse(last);
        List<Said> said =
                ChannelText.history(last.stream().map(ChannelListener::posted).toList(), persona.name());
        if (said.isEmpty() || said.get(said.size() - 1).persona()) {
            return;
        }
        try (Conversation conversation = persona.conversation(said)) {
            List<String> posts = ChannelText.posts(typing(channel, conversation.reply()), persona.name());
            for (String post : posts) {
                channel.sendMessage(post)
                        .setAllowedMentions(EnumSet.noneOf(Message.MentionType.class))
                        .setSuppressEmbeds(true)
                        .complete();
                if (posts.size() > 1) {
                    Thread.sleep(Math.min(MOST_PAUSE_MILLIS, 300 + 20 * post.length()));
                }
            }
        }
    }

    private static Posted posted(Message message) {
        boolean self = message.getAuthor().getIdLong()
                == message.getJDA().getSelfUser().getIdLong();
        return new Posted(message.getAuthor().getName(), message.getContentDisplay(), self);
    }

    /** Waits for a reply, as somebody who types. */
    private static List<String> typing(MessageChannel channel, Reply reply) throws InterruptedException {
        try {
            while (true) {
                channel.sendTyping().queue();
                try {
                    return reply.future().get(TYPING_SECONDS, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    // Discord forgets that somebody types after ten seconds, and is told again.
                }
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            reply.cancel();
        }
    }

    @Override
    public void close() {
        writers.shutdownNow();
    }
}
