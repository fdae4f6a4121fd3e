package dev.kaiaku.dataset.telegram;

import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.json.JsonExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Reads {@code result.json} of Telegram Desktop, of one chat or a whole account, message by message. */
public final class Telegram implements ExportReader {
    private final BadRows bad;
    private final StringPool pool;

    public Telegram(BadRows bad, StringPool pool) {
        this.bad = bad;
        this.pool = pool;
    }

    @Override
    public void read(Path file, String channel, LongConsumer position, Consumer<Message> messages) {
        try (JsonExport json = new JsonExport(file)) {
            Account account = new Account(file, json, position, messages);
            ChatFields single = new ChatFields(account, channel);
            json.read(bad, key -> {
                if (key.equals("chats") || key.equals("left_chats")) {
                    json.fields(account::listField);
                } else {
                    single.field(key);
                }
            });
        }
    }

    /** What all chats of a file share. */
    private final class Account {
        private final Path file;
        private final JsonExport json;
        private final LongConsumer position;
        private final Consumer<Message> messages;
        private int chats;

        Account(Path file, JsonExport json, LongConsumer position, Consumer<Message> messages) {
            this.file = file;
            this.json = json;
            this.position = position;
            this.messages = messages;
        }

        void listField(String key) throws IOException {
            if (key.equals("list")) {
                json.elements(() -> json.fields(new ChatFields(this, "chat " + ++chats)::field));
            }
        }

        void message(ChatFields chat) throws IOException {
            long line = json.line();
            TelegramMessage fields = new TelegramMessage(json, pool);
            json.fields(fields::field);
            String problem = fields.problem();
            if (problem == null) {
                messages.accept(fields.message(chat.channel(), chat.id == null ? "" : chat.id, chat.withBot));
            } else {
                bad.add(file, line, problem);
            }
            position.accept(json.position());
        }
    }

    /** One chat; its name, type and id stand before its messages. */
    private static final class ChatFields {
        private final Account account;
        private final String unnamed;
        private @Nullable String name;
        private @Nullable String id;
        private boolean withBot;

        ChatFields(Account account, String unnamed) {
            this.account = account;
            this.unnamed = unnamed;
        }

        void field(String key) throws IOException {
            JsonExport json = account.json;
            switch (key) {
                case "name" -> name = json.text();
                case "id" -> id = json.text();
                case "type" -> withBot = "bot_chat".equals(json.text());
                case "messages" -> json.elements(() -> account.message(this));
                default -> {}
            }
        }

        String channel() {
            String shown = name == null || name.isBlank() ? unnamed : name;
            return id == null ? shown : shown + " [" + id + "]";
        }
    }
}
