package dev.kaiaku.dataset.discord;

import dev.kaiaku.dataset.Media;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import dev.kaiaku.dataset.date.ChatDate;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.json.JsonExport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Reads the JSON files of DiscordChatExporter message by message. */
public final class DiscordJson implements ExportReader {
    /** Types of messages that somebody wrote, by name or, as 2.47 writes the ones it has no name for, by number. */
    private static final Set<String> SAID = Set.of("Default", "Reply", "0", "19", "20", "23");

    private static final Set<String> REPLY = Set.of("Reply", "19");
    private static final Set<String> NO_DISCRIMINATOR = Set.of("", "0", "0000");

    private final BadRows bad;
    private final StringPool pool;

    public DiscordJson(BadRows bad, StringPool pool) {
        this.bad = bad;
        this.pool = pool;
    }

    @Override
    public void read(Path file, String channel, LongConsumer position, Consumer<Message> messages) {
        try (JsonExport json = new JsonExport(file)) {
            json.read(bad, key -> {
                if (key.equals("messages")) {
                    json.elements(() -> {
                        Entry entry = new Entry(json);
                        Message message = entry.read(file, channel);
                        if (message != null) {
                            messages.accept(message);
                        }
                        position.accept(json.position());
                    });
                }
            });
        }
    }

    /** A message while it is read. */
    private final class Entry {
        private final JsonExport json;
        private @Nullable String id;
        private @Nullable String type;
        private @Nullable String timestamp;
        private @Nullable String content;
        private @Nullable String authorId;
        private @Nullable String author;
        private String discriminator = "";
        private @Nullable String target;
        private @Nullable Media media;
        private int reactions;
        private boolean bot;
        private boolean forwarded;

        Entry(JsonExport json) {
            this.json = json;
        }

        @Nullable Message read(Path file, String channel) throws IOException {
            long line = json.line();
            json.fields(this::field);
            Instant time = timestamp == null ? null : ChatDate.parse(timestamp, false);
            if (time == null) {
                bad.add(file, line, "no date: \"" + BadRows.shortened(timestamp == null ? "" : timestamp) + "\"");
                return null;
            }
            if (authorId == null || authorId.isBlank()) {
                bad.add(file, line, "no author");
                return null;
            }
            return new Message(
                    time,
                    authorId,
                    name(authorId),
                    channel,
                    content == null ? "" : content,
                    kind(),
                    id,
                    type != null && REPLY.contains(type) ? target : null,
                    reactions,
                    media);
        }

        private void field(String key) throws IOException {
            switch (key) {
                case "id" -> id = json.text();
                case "type" -> type = json.text(pool);
                case "timestamp" -> timestamp = json.text();
                case "content" -> content = json.text();
                case "author" -> json.fields(this::authorField);
                case "reference" -> json.fields(name -> target = name.equals("messageId") ? json.text() : target);
                case "forwardedMessage" -> forwarded = json.isObject();
                case "attachments" -> json.elements(() -> json.fields(this::attachmentField));
                case "stickers" -> json.elements(() -> media = media == null ? Media.STICKER : media);
                case "reactions" -> json.elements(() -> json.fields(this::reactionField));
                default -> {}
            }
        }

        private void attachmentField(String key) throws IOException {
            String name = key.equals("fileName") ? json.text() : null;
            media = name == null || media != null ? media : Media.ofFile(name);
        }

        private void reactionField(String key) throws IOException {
            reactions += key.equals("count") ? json.count() : 0;
        }

        private void authorField(String key) throws IOException {
            switch (key) {
                case "id" -> authorId = json.text(pool);
                case "name" -> author = json.text(pool);
                case "discriminator" -> {
                    String text = json.text(pool);
                    discriminator = text == null ? "" : text;
                }
                case "isBot" -> bot = json.isTrue();
                default -> {}
            }
        }

        /** As the CSV of the same export has it. */
        private String name(String known) {
            if (author == null || author.isBlank()) {
                return known;
            }
            return NO_DISCRIMINATOR.contains(discriminator) ? author : author + "#" + discriminator;
        }

        private MessageKind kind() {
            if (type == null) {
                return MessageKind.UNKNOWN;
            }
            if (bot) {
                return MessageKind.BOT;
            }
            if (!SAID.contains(type)) {
                return MessageKind.SYSTEM;
            }
            return forwarded && (content == null || content.isBlank()) ? MessageKind.FORWARDED : MessageKind.SAID;
        }
    }
}
