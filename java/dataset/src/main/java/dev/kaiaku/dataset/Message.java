package dev.kaiaku.dataset;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message of an export.
 *
 * @param authorId who wrote it; stays when the name changes; empty for a notice that nobody wrote
 * @param author the name at the time of the export
 * @param channel where it was written
 * @param text without attachments and reactions; may have several lines
 * @param id unlike that of any other message, or null where the format has none
 * @param replyTo id of the message that this one answers, or null
 * @param reactions how many it received; 0 where the format does not tell
 * @param media what came with the text, or null
 */
public record Message(
        Instant time,
        String authorId,
        String author,
        String channel,
        String text,
        MessageKind kind,
        @Nullable String id,
        @Nullable String replyTo,
        int reactions,
        @Nullable Media media) {
    /** A message of which the format tells no more. */
    public Message(Instant time, String authorId, String author, String channel, String text) {
        this(time, authorId, author, channel, text, MessageKind.UNKNOWN, null, null, 0, null);
    }
}
