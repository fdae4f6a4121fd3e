package dev.kaiaku.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.Said;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a request as a conversation. A user message is said by its {@code name}; each line of an assistant
 * message is a message of the persona's. Wrong ones are {@link RequestException}s with status 400.
 */
final class Messages {
    private static final String NAMELESS = "user";

    private Messages() {}

    static Conversation read(JsonNode body, Persona persona, int most) {
        JsonNode messages = body.path("messages");
        if (!messages.isArray() || messages.isEmpty() || messages.size() > most) {
            throw new RequestException(400, "messages: expected 1 to " + most + " messages");
        }
        List<String> system = new ArrayList<>();
        List<Said> said = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            String where = "messages[" + i + "]";
            String text = content(message.path("content"), where);
            switch (message.path("role").asText("")) {
                case "system", "developer" -> system.add(text);
                case "user" -> said.add(new Said(name(message, where), text, false));
                case "assistant" ->
                    text.lines()
                            .filter(line -> !line.isBlank())
                            .forEach(line -> said.add(new Said(persona.name(), line, true)));
                default -> throw new RequestException(400, where + ": expected a role of system, user or assistant");
            }
        }
        if (said.isEmpty() || said.get(said.size() - 1).persona()) {
            throw new RequestException(400, "messages: expected a user's message as the last one");
        }
        return system.isEmpty() ? persona.conversation(said) : persona.conversation(String.join("\n", system), said);
    }

    private static String name(JsonNode message, String where) {
        JsonNode name = message.path("name");
        if (name.isMissingNode() || name.isNull()) {
            return NAMELESS;
        }
        if (!name.isTextual() || name.asText().length() > 100) {
            throw new RequestException(400, where + ".name: expected a text of up to 100 characters");
        }
        return name.asText();
    }

    private static String content(@Nullable JsonNode content, String where) {
        if (content != null && content.isTextual()) {
            return content.asText();
        }
        if (content != null && content.isArray()) {
            return StreamSupport.stream(content.spliterator(), false)
                    .map(part -> part.path("text"))
                    .peek(text -> {
                        if (!text.isTextual()) {
                            throw new RequestException(400, where + ".content: expected text, nothing else");
                        }
                    })
                    .map(JsonNode::asText)
                    .collect(Collectors.joining("\n"));
        }
        throw new RequestException(400, where + ".content: expected a text");
    }
}
