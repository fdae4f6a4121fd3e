package dev.kaiaku.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.json.JsonFault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * JSON Lines of conversations, the "messages" form: {@code {"messages":[{"role":"user","content":"…"},…]}}. An
 * assistant turn is learned unless it carries {@code "weight":0}. Keys that are not known are passed over, so
 * that files of other tools load.
 */
public final class ConversationFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ConversationFile() {}

    /** Every conversation of a file; a line that is none is a {@link BadInputException} with its number. */
    public static List<Conversation> read(Path jsonl) {
        List<Conversation> conversations = new ArrayList<>();
        forEach(jsonl, conversations::add);
        return conversations;
    }

    /** As {@link #read}, one conversation at a time. */
    public static void forEach(Path jsonl, Consumer<Conversation> action) {
        forEachWithMeta(jsonl, (conversation, meta) -> action.accept(conversation));
    }

    /** As {@link #forEach(Path, Consumer)}, with what the line says about the conversation: {@code meta}. */
    static void forEachWithMeta(Path jsonl, BiConsumer<Conversation, JsonNode> action) {
        int number = 0;
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(Files.newInputStream(jsonl), StandardCharsets.UTF_8.newDecoder()))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                String json = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
                if (!json.isBlank()) {
                    String where = jsonl + " line " + number;
                    JsonNode root = json(json, where);
                    action.accept(conversation(root, where), root.path("meta"));
                }
            }
        } catch (NoSuchFileException e) {
            throw new BadInputException(jsonl + ": no such file; `dataset build` makes it", e);
        } catch (CharacterCodingException e) {
            throw new BadInputException(jsonl + " after line " + number + ": not UTF-8 text", e);
        } catch (IOException e) {
            throw new UncheckedIOException(jsonl + ": " + e.getMessage(), e);
        }
    }

    /** Starts a new file; nothing stands under its name before {@link ConversationWriter#commit}. */
    public static ConversationWriter writer(Path jsonl) {
        return new ConversationWriter(AtomicFile.create(jsonl));
    }

    private static JsonNode json(String json, String where) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new BadInputException(where + ": " + JsonFault.of(e), e);
        }
    }

    private static Conversation conversation(JsonNode root, String where) {
        JsonNode messages = root.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            throw new BadInputException(where + ": expected {\"messages\":[…]} with at least one message");
        }
        List<Turn> turns = new ArrayList<>(messages.size());
        for (JsonNode message : messages) {
            turns.add(turn(message, where + ", message " + (turns.size() + 1)));
        }
        return new Conversation(turns);
    }

    private static Turn turn(JsonNode message, String where) {
        Role role = role(message.path("role").asText(""), where);
        JsonNode content = message.path("content");
        if (!content.isTextual()) {
            throw new BadInputException(where + ": expected a text as \"content\"");
        }
        JsonNode weight = message.path("weight");
        if (!weight.isMissingNode() && !weight.isNull() && !weight.isNumber()) {
            throw new BadInputException(where + ": \"weight\" should be 0 or 1, not " + weight);
        }
        boolean learned = !weight.isNumber() || weight.asDouble() != 0;
        return new Turn(role, content.asText(), role == Role.ASSISTANT && learned);
    }

    private static Role role(String name, String where) {
        for (Role role : Role.values()) {
            if (role.wireName().equals(name)) {
                return role;
            }
        }
        throw new BadInputException(where + ": role \"" + name + "\" is not one of system, user, assistant");
    }
}
