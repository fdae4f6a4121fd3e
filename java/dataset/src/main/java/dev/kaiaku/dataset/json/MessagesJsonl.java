package dev.kaiaku.dataset.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.date.ChatDate;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.CountingInput;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.input.TextLines;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON Lines: conversations in the "messages" form, whose assistant is the person {@value #ASSISTANT} and
 * whose user turns are lines {@code [author]: text}; or a message a line, {@code {"author":…,"time":…,"text":…}}.
 * A conversation without a time comes an hour after the one before, its messages a second apart. Not thread-safe.
 */
public final class MessagesJsonl implements ExportReader {
    /** The person whose words the assistant turns are. */
    public static final String ASSISTANT = "assistant";

    private static final Pattern START =
            Pattern.compile("\\s*\\{\\s*\"(?:messages\"\\s*:\\s*\\[|author\"\\s*:|time\"\\s*:|text\"\\s*:)");
    private static final Pattern SPEAKER = Pattern.compile("\\[([^\\[\\]\n]{1,100})]: ");
    private static final long HOUR = 3600;
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(200)
                            .maxStringLength(TextLines.MAX)
                            .build())
                    .build())
            .build();

    private final BadRows bad;
    private final StringPool pool;
    private Instant clock = Instant.EPOCH;

    public MessagesJsonl(BadRows bad, StringPool pool) {
        this.bad = bad;
        this.pool = pool;
    }

    /** Whether a text starts like such a file. */
    public static boolean starts(String text) {
        return START.matcher(text).lookingAt()
                && text.lines().findFirst().orElse("").strip().length() > 1;
    }

    @Override
    public void read(Path file, String channel, LongConsumer position, Consumer<Message> messages) {
        try (TextLines lines = new TextLines(file, CountingInput.open(file))) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (lines.wasCut()) {
                    bad.add(file, lines.number(), "longer than " + TextLines.MAX + " characters");
                } else if (!line.isBlank()) {
                    String problem = line(line, channel, messages);
                    if (problem != null) {
                        bad.add(file, lines.number(), problem);
                    }
                }
                position.accept(lines.position());
            }
        }
    }

    /** Hands on the messages of a line; what is wrong with it, or null. */
    private @Nullable String line(String line, String channel, Consumer<Message> messages) {
        JsonNode root;
        try {
            root = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return JsonFault.of(e);
        }
        JsonNode turns = root.path("messages");
        return turns.isArray() ? conversation(root, turns, channel, messages) : single(root, channel, messages);
    }

    private @Nullable String single(JsonNode root, String channel, Consumer<Message> messages) {
        String author = root.path("author").asText("");
        Instant time = ChatDate.parse(root.path("time").asText(""), true);
        if (author.isBlank() || !root.path("text").isTextual()) {
            return "expected \"messages\", or \"author\", \"time\" and \"text\"";
        }
        if (time == null) {
            return "not a date: \"" + BadRows.shortened(root.path("time").asText("")) + "\"";
        }
        messages.accept(message(
                time,
                author,
                root.path("channel").asText(channel),
                root.path("text").asText()));
        return null;
    }

    private @Nullable String conversation(JsonNode root, JsonNode turns, String channel, Consumer<Message> messages) {
        Instant known = ChatDate.parse(root.path("meta").path("time").asText(""), true);
        clock = known == null ? clock.plusSeconds(HOUR) : known;
        String where = root.path("meta").path("channel").asText(channel);
        for (JsonNode turn : turns) {
            String role = turn.path("role").asText("");
            JsonNode content = turn.path("content");
            if (!content.isTextual() || !(role.equals("user") || role.equals(ASSISTANT) || role.equals("system"))) {
                return "expected {\"role\":\"system|user|assistant\",\"content\":\"…\"}";
            }
            if (!role.equals("system") && !content.asText().isEmpty()) {
                for (String said : MessageText.split(content.asText())) {
                    said(role, said, where, messages);
                }
            }
        }
        return null;
    }

    private void said(String role, String text, String channel, Consumer<Message> messages) {
        Matcher speaker = SPEAKER.matcher(text);
        boolean named = role.equals("user") && speaker.lookingAt();
        String author = named ? speaker.group(1) : role;
        messages.accept(message(clock, author, channel, named ? text.substring(speaker.end()) : text));
        clock = clock.plusSeconds(1);
    }

    private Message message(Instant time, String author, String channel, String text) {
        char[] chars = author.toCharArray();
        String name = pool.get(chars, 0, chars.length);
        return new Message(time, name, name, channel, text, MessageKind.SAID, null, null, 0, null);
    }
}
