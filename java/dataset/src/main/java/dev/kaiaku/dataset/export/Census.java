package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what the formats tell of the messages read, those left out included. Not thread-safe. */
public final class Census {
    private final Map<MessageKind, long[]> kinds = new EnumMap<>(MessageKind.class);
    private long withId;
    private long replies;
    private long withReactions;
    private long withMedia;

    void add(Message message) {
        kinds.computeIfAbsent(message.kind(), kind -> new long[1])[0]++;
        withId += message.id() == null ? 0 : 1;
        replies += message.replyTo() == null ? 0 : 1;
        withReactions += message.reactions() > 0 ? 1 : 0;
        withMedia += message.media() == null ? 0 : 1;
    }

    /** Messages by kind, in small letters; kinds without any are left out. */
    public Map<String, Long> kinds() {
        Map<String, Long> counts = new TreeMap<>();
        kinds.forEach((kind, count) -> counts.put(kind.name().toLowerCase(Locale.ROOT), count[0]));
        return counts;
    }

    /** Messages with an id of their own. */
    public long withId() {
        return withId;
    }

    /** Messages that say which one they answer. */
    public long replies() {
        return replies;
    }

    public long withReactions() {
        return withReactions;
    }

    public long withMedia() {
        return withMedia;
    }
}
