package dev.kaiaku.dataset.sample;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.SampleMeta;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.dataset.export.ChatLog;
import dev.kaiaku.dataset.people.Mentions;
import dev.kaiaku.dataset.scrub.ScrubCounts;
import dev.kaiaku.dataset.scrub.Scrubber;
import dev.kaiaku.dataset.store.MessageStore;
import dev.kaiaku.dataset.store.StoreReader;
import dev.kaiaku.dataset.store.StoredChannel;
import dev.kaiaku.dataset.work.InOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The samples of some sessions, made anew for every reader and by several threads, always in the same order. Only a
 * few are in memory at a time. Thread-safe.
 */
public final class Samples {
    /** Messages of the sessions that one thread takes at a time. */
    private static final int PIECE = 1 << 12;

    private final ChatLog log;
    private final Cutter cutter;
    private final Mentions mentions;
    private final DatasetOptions options;
    private final List<String> channelNames;
    /** By number of the session: replies, messages of these, messages of the persona. */
    private final int[] replies;

    private final int[] learned;
    private final int[] own;

    /**
     * Cuts all sessions once, to count.
     *
     * @param sessions of the whole log
     * @param persona number of the person to imitate
     */
    public Samples(ChatLog log, List<Session> sessions, int persona, DatasetOptions options) {
        this.log = log;
        this.options = options;
        cutter = new Cutter(log.store(), log.people(), persona, options);
        Scrubber scrubber = options.scrub() ? new Scrubber(options.scrubWords()) : null;
        // The chat with a number that is no contact is named by it.
        channelNames = log.store().channels().stream()
                .map(channel -> scrubber == null ? channel.name() : scrubber.scrub(channel.name(), new ScrubCounts()))
                .toList();
        mentions = new Mentions(log.people(), options.pseudonyms());
        replies = new int[sessions.size() + 1];
        learned = new int[sessions.size() + 1];
        own = new int[sessions.size() + 1];
        // Every session has places of its own.
        sessions.parallelStream().forEach(this::count);
    }

    /** Replies to learn that a session holds. */
    public int replies(Session session) {
        return replies[session.number()];
    }

    /** Replies to learn that some sessions hold. */
    public int replies(List<Session> sessions) {
        return sessions.stream().mapToInt(this::replies).sum();
    }

    /** Messages of the persona that the replies of a session are made of. */
    public int learnedMessages(Session session) {
        return learned[session.number()];
    }

    /** Messages of the persona in a session. */
    public int personaMessages(Session session) {
        return own[session.number()];
    }

    private void count(Session session) {
        int number = session.number();
        for (int message = session.from(); message < session.to(); message++) {
            own[number] += cutter.isPersona(session, message) ? 1 : 0;
        }
        if (own[number] == 0) {
            return;
        }
        for (Cut cut : cutter.cut(session)) {
            replies[number] += cut.replies();
            for (Cut.Span turn : cut.turns()) {
                learned[number] += turn.learned() ? turn.to() - turn.from() : 0;
            }
        }
    }

    /**
     * Makes all samples of some sessions.
     *
     * @param firstReply number of the first reply
     * @param work done with the samples of some sessions, by several threads
     * @param results takes what came of it, in order, on this thread
     */
    public <T> void forEach(
            List<Session> sessions, int firstReply, Function<List<Sample>, T> work, Consumer<T> results) {
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        int reply = firstReply;
        try (InOrder<T> pieces = new InOrder<>(threads, results)) {
            int start = 0;
            int messages = 0;
            for (int end = 1; end <= sessions.size(); end++) {
                messages += sessions.get(end - 1).to() - sessions.get(end - 1).from();
                if (messages >= PIECE || end == sessions.size()) {
                    List<Session> piece = sessions.subList(start, end);
                    int first = reply;
                    pieces.submit(() -> work.apply(samples(piece, first)));
                    for (Session session : piece) {
                        reply += replies(session);
                    }
                    start = end;
                    messages = 0;
                }
            }
            pieces.finish();
        }
    }

    /** The replies of some sessions, numbered from {@code firstReply}. */
    public Replies replies(List<Session> sessions, int firstReply) {
        return new Replies() {
            @Override
            public <T> void forEach(Function<Reply, T> work, Consumer<T> results) {
                Samples.this.forEach(
                        sessions,
                        firstReply,
                        samples -> samples.stream()
                                .flatMap(sample -> sample.replies().stream())
                                .map(work)
                                .toList(),
                        made -> made.forEach(results));
            }
        };
    }

    private List<Sample> samples(List<Session> sessions, int firstReply) {
        StoreReader reader = log.store().reader();
        List<Sample> samples = new ArrayList<>();
        int reply = firstReply;
        for (Session session : sessions) {
            for (Cut cut : cutter.cut(session)) {
                Sample sample = sample(session, cut, reply, reader);
                samples.add(sample);
                reply += sample.replies().size();
            }
        }
        return samples;
    }

    private Sample sample(Session session, Cut cut, int firstReply, StoreReader reader) {
        List<Turn> turns = new ArrayList<>(cut.turns().size() + 1);
        if (options.system() != null) {
            turns.add(new Turn(Role.SYSTEM, options.system()));
        }
        List<Reply> replies = new ArrayList<>();
        String context = "";
        for (Cut.Span span : cut.turns()) {
            int reactions = 0;
            StringBuilder content = new StringBuilder();
            for (long quoted : span.quoted()) {
                StoredChannel channel = log.store().channels().get(MessageStore.channelOf(quoted));
                line(content, channel, MessageStore.messageOf(quoted), true, reader);
            }
            for (int message = span.from(); message < span.to(); message++) {
                line(content, session.channel(), message, !span.byPersona(), reader);
                reactions += reader.reactions();
            }
            if (span.learned()) {
                replies.add(new Reply(
                        firstReply + replies.size(),
                        session.number(),
                        ChatLog.instant(session.channel().nanos(span.from())),
                        context,
                        content.toString(),
                        span.to() - span.from(),
                        reactions));
            }
            context = content.toString();
            turns.add(new Turn(span.byPersona() ? Role.ASSISTANT : Role.USER, context, span.learned()));
        }
        SampleMeta meta = new SampleMeta(
                session.number(),
                replies.get(0).time(),
                channelNames.get(session.channel().number()));
        return new Sample(new Conversation(turns), meta, replies);
    }

    private void line(StringBuilder content, StoredChannel channel, int message, boolean named, StoreReader reader) {
        if (content.length() > 0) {
            content.append('\n');
        }
        if (named) {
            content.append('[')
                    .append(log.people().name(channel.author(message)))
                    .append("]: ");
        }
        String text = reader.at(channel, message).text();
        content.append(options.clean() ? MessageText.fold(mentions.named(text)) : text);
    }
}
