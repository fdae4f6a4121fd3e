package dev.kaiaku.dataset;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;

/** Writes small exports as DiscordChatExporter does in JSON; message ids count from 1. */
public final class ExportJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode root = JSON.createObjectNode();
    private final ArrayNode messages;

    public ExportJson() {
        root.putObject("guild").put("id", "1").put("name", "Turma").put("iconUrl", "https://example.org/a.png");
        root.putObject("channel")
                .put("id", "2")
                .put("type", "GuildTextChat")
                .putNull("categoryId")
                .put("name", "geral");
        root.putObject("dateRange").putNull("after").putNull("before");
        messages = root.putArray("messages");
    }

    public ExportJson say(long second, String author, String content) {
        return add(second, author, content, message -> {});
    }

    /** A message with something about it changed. */
    public ExportJson add(long second, String author, String content, Consumer<ObjectNode> change) {
        ObjectNode message = messages.addObject()
                .put("id", Integer.toString(messages.size()))
                .put("type", "Default")
                .put("timestamp", Export.date(second))
                .putNull("timestampEdited")
                .putNull("callEndedTimestamp")
                .put("isPinned", false)
                .put("content", content);
        ObjectNode person = message.putObject("author")
                .put("id", Export.id(author))
                .put("name", author)
                .put("discriminator", "0000")
                .put("nickname", author.toUpperCase(java.util.Locale.ROOT))
                .put("isBot", false);
        person.putArray("roles").addObject().put("id", "9").put("name", "turma");
        message.putArray("attachments");
        message.putArray("embeds").addObject().put("title", "nada");
        message.putArray("reactions")
                .addObject()
                .put("count", 3)
                .putObject("emoji")
                .put("name", "👍");
        change.accept(message);
        return this;
    }

    public static void bot(ObjectNode message) {
        ((ObjectNode) message.get("author")).put("isBot", true);
    }

    @Override
    public String toString() {
        return root.deepCopy().put("messageCount", messages.size()).toPrettyString();
    }
}
