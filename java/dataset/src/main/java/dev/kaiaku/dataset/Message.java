package dev.kaiaku.dataset;

import java.time.Instant;

/**
 * A message of an export.
 *
 * @param authorId who wrote it; stays when the name changes
 * @param author the name at the time of the export
 * @param channel where it was written
 * @param text without attachments and reactions; may have several lines
 */
public record Message(Instant time, String authorId, String author, String channel, String text) {
    /** The same message with another text. */
    public Message withText(String value) {
        return value.equals(text) ? this : new Message(time, authorId, author, channel, value);
    }
}
