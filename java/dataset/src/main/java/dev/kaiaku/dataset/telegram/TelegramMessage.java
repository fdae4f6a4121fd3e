package dev.kaiaku.dataset.telegram;

import dev.kaiaku.dataset.Media;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import dev.kaiaku.dataset.date.ChatDate;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.json.JsonExport;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The fields of a message of a Telegram export while it is read. */
public final class TelegramMessage {
    private static final int MAX_TEXT = 1 << 22;
    private static final String NOBODY = "Deleted Account";

    private final JsonExport json;
    private final StringPool pool;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder entities = new StringBuilder();
    private @Nullable String id;
    private @Nullable String type;
    private @Nullable String date;
    private @Nullable String seconds;
    private @Nullable String from;
    private @Nullable String fromId;
    private @Nullable String replyTo;
    private boolean replyElsewhere;
    private boolean forwarded;
    private boolean byBot;
    private @Nullable Media media;
    private int reactions;

    public TelegramMessage(JsonExport json, StringPool pool) {
        this.json = json;
        this.pool = pool;
    }

    /** Takes over the field that the parser stands on. */
    public void field(String key) throws IOException {
        switch (key) {
            case "id" -> id = json.text();
            case "type" -> type = json.text(pool);
            case "date" -> date = json.text();
            case "date_unixtime" -> seconds = json.text();
            case "from" -> from = json.text(pool);
            case "from_id" -> fromId = json.text(pool);
            case "reply_to_message_id" -> replyTo = json.text();
            case "reply_to_peer_id" -> replyElsewhere = true;
            case "forwarded_from", "saved_from" -> forwarded = true;
            case "via_bot" -> byBot = true;
            case "photo" -> media = Media.IMAGE;
            case "media_type" -> media = media(json.text(pool));
            case "file", "poll", "contact_information", "location_information" ->
                media = media == null ? Media.FILE : media;
            case "reactions" ->
                json.elements(() -> json.fields(name -> {
                    if (name.equals("count")) {
                        reactions = reactions + json.count();
                    }
                }));
            case "text" -> richText(text);
            case "text_entities" -> richText(entities);
            default -> {}
        }
    }

    /** What keeps this from being a message, or null. */
    public @Nullable String problem() {
        if (time() == null) {
            return "no date: \"" + BadRows.shortened(String.valueOf(date)) + "\"";
        }
        return isService() || author() != null ? null : "no author";
    }

    /**
     * The message, where there is no {@link #problem}.
     *
     * @param chatId ids count from 1 in every chat
     * @param withBot whether the chat is one between a person and a program
     */
    public Message message(String channel, String chatId, boolean withBot) {
        Instant time = time();
        String authorId = author();
        if (time == null) {
            throw new IllegalStateException("a message without date");
        }
        boolean nobody = isService() || authorId == null;
        String by = nobody || authorId == null ? "" : authorId;
        String words = text.length() > 0 ? text.toString() : entities.toString();
        return new Message(
                time,
                by,
                nobody ? "" : from == null || from.isBlank() ? NOBODY : from,
                channel,
                words,
                kind(withBot, words),
                id == null || chatId.isEmpty() ? null : chatId + "/" + id,
                replyTo == null || replyElsewhere || chatId.isEmpty() ? null : chatId + "/" + replyTo,
                reactions,
                media);
    }

    private MessageKind kind(boolean withBot, String words) {
        if (isService()) {
            return MessageKind.SYSTEM;
        }
        if (byBot || withBot) {
            return MessageKind.BOT;
        }
        if (forwarded) {
            return MessageKind.FORWARDED;
        }
        return media != null && words.isBlank() ? MessageKind.MEDIA : MessageKind.SAID;
    }

    private static Media media(@Nullable String type) {
        return switch (type == null ? "" : type) {
            case "sticker" -> Media.STICKER;
            case "voice_message", "audio_file" -> Media.AUDIO;
            case "video_message", "video_file" -> Media.VIDEO;
            case "animation" -> Media.IMAGE;
            default -> Media.FILE;
        };
    }

    private boolean isService() {
        return type != null && !type.equals("message");
    }

    /** Seconds since 1970 where the version writes them, else the local time. */
    private @Nullable Instant time() {
        String known = seconds != null ? seconds : date;
        return known == null ? null : ChatDate.parse(known, true);
    }

    /** Ids were bare numbers once; where there is none at all, the name has to do. */
    private @Nullable String author() {
        if (fromId == null || fromId.isBlank()) {
            return from == null || from.isBlank() ? null : from;
        }
        return Character.isDigit(fromId.charAt(0)) ? "user" + fromId : fromId;
    }

    /** A text, or an array of texts and of objects that hold one. */
    private void richText(StringBuilder target) throws IOException {
        append(target, json.text());
        if (json.isArray()) {
            json.elements(() -> {
                append(target, json.text());
                json.fields(key -> {
                    if (key.equals("text")) {
                        append(target, json.text());
                    }
                });
            });
        }
    }

    private static void append(StringBuilder target, @Nullable String part) {
        if (part != null && target.length() + part.length() <= MAX_TEXT) {
            target.append(part);
        }
    }
}
