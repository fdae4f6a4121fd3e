package dev.kaiaku.dataset.telegram;

import static dev.kaiaku.dataset.Chat.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Chat;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Export;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.StringPool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TelegramTest {
    private static final String GROUP = """
            {
             "name": "Turma [da] rua",
             "type": "private_group",
             "id": 77,
             "messages": [
            """;
    private static final String END = "]}\n";

    @TempDir
    Path folder;

    private Chat chat;
    private int id;

    @BeforeEach
    void open() {
        chat = new Chat(folder, "Tico");
    }

    @Test
    void readsTextsInAllTheirForms() {
        String text = GROUP
                + say("Ana", "\"oi \\x0Fgente\"") + ","
                + say(
                        "Ana",
                        "[\"veja \", {\"type\": \"link\", \"text\": \"https://a.b\"}, \" e \","
                                + " {\"type\": \"bold\", \"text\": \"pense\"}, {\"type\": \"x\", \"more\": [1, {}]}]")
                + ","
                + say("Ana", "\"\", \"text_entities\": [{\"type\": \"plain\", \"text\": \"só entidades\"}]") + ","
                + say("Tico", "\"opa\", \"reply_to_message_id\": 1") + END;
        Path file = chat.file("result.json", text);
        List<Message> messages = Chat.messages(new Telegram(new BadRows(), new StringPool()), file);
        assertThat(messages)
                .extracting(Message::text)
                .containsExactly("oi \u000Fgente", "veja https://a.b e pense", "só entidades", "opa");
        assertThat(messages).extracting(Message::id).containsExactly("77/1", "77/2", "77/3", "77/4");
        assertThat(messages.get(3).replyTo()).isEqualTo("77/1");
        assertThat(messages.get(0).channel()).isEqualTo("Turma [da] rua [77]");
        assertThat(messages.get(0).time()).hasToString("2023-10-31T18:23:01Z");
        DatasetSummary summary = chat.build(file);
        assertThat(summary.format()).isEqualTo("telegram");
        assertThat(chat.samples())
                .containsExactly(
                        sample("[Ana]: oi gente\n[Ana]: veja https://a.b e pense\n[Ana]: só entidades", "opa"));
    }

    @Test
    void leavesOutNoticesForwardsBotsAndMedia() {
        String text = GROUP
                + "{\"id\": 1, \"type\": \"service\", \"date\": \"2023-10-31T15:23:00\", \"date_unixtime\": \"1698776580\","
                + " \"actor\": \"Ana\", \"actor_id\": \"user1\", \"action\": \"create_group\", \"text\": \"\"},"
                + say("Ana", "\"alheio\", \"forwarded_from\": null") + ","
                + say("Ana", "\"por robô\", \"via_bot\": \"@gif\"") + ","
                + say("Ana", "\"\", \"media_type\": \"sticker\", \"sticker_emoji\": \"😀\"") + ","
                + say("Ana", "\"legenda\", \"photo\": \"photos/1.jpg\"") + ","
                + say("Tico", "\"bonita\"") + END;
        DatasetSummary summary = chat.build(chat.file("result.json", text));
        assertThat(chat.samples()).containsExactly(sample("[Ana]: legenda", "bonita"));
        assertThat(summary.dropped())
                .containsEntry("system message", 1L)
                .containsEntry("forwarded", 1L)
                .containsEntry("bot", 1L)
                .containsEntry("media", 1L);
        assertThat(summary.authors()).isEqualTo(2);
    }

    @Test
    void readsEveryChatOfAnAccountApart() {
        String first = "{\"name\": \"Ana\", \"type\": \"personal_chat\", \"id\": 5, \"messages\": ["
                + say("Ana", "\"oi\"") + "," + say("Tico", "\"opa\"") + END;
        id = 0;
        String second = "{\"name\": \"Beto\", \"type\": \"personal_chat\", \"id\": 6, \"messages\": ["
                + say("Beto", "\"e aí\"") + "," + say("Tico", "\"fala\"") + END;
        id = 0;
        String bot = "{\"name\": \"Robô\", \"type\": \"bot_chat\", \"id\": 7, \"messages\": [" + say("Robô", "\"bip\"")
                + "," + say("Tico", "\"/start\"") + END;
        String text = "{\"about\": \"Os seus dados.\", \"personal_information\": {\"user_id\": 1},"
                + " \"chats\": {\"about\": \"x\", \"list\": [" + first + "," + second + "," + bot + "]}}";
        DatasetSummary summary = chat.build(chat.file("result.json", text));
        assertThat(chat.samples())
                .containsExactlyInAnyOrder(sample("[Ana]: oi", "opa"), sample("[Beto]: e aí", "fala"));
        assertThat(summary.dropped()).containsEntry("bot", 2L);
        assertThat(summary.messages()).isEqualTo(6);
    }

    @Test
    void knowsPeopleByIdWhoeverTheyWere() {
        String text = GROUP
                + "{\"id\": 1, \"type\": \"message\", \"date\": \"2023-10-31T15:23:00\", \"from\": null,"
                + " \"from_id\": 4, \"text\": \"adeus\"},"
                + "{\"id\": 2, \"type\": \"message\", \"date\": \"2023-10-31T15:23:10\", \"from\": \"Tico\","
                + " \"from_id\": \"user9\", \"text\": \"ué\"}" + END;
        List<Message> messages =
                Chat.messages(new Telegram(new BadRows(), new StringPool()), chat.file("result.json", text));
        assertThat(messages).extracting(Message::authorId).containsExactly("user4", "user9");
        assertThat(messages.get(0).author()).isEqualTo("Deleted Account");
        assertThat(messages.get(0).time()).hasToString("2023-10-31T15:23:00Z");
    }

    @Test
    void countsWhatHasNoDateOrAuthorAndReadsUpToACut() {
        StringBuilder text = new StringBuilder(GROUP);
        for (int i = 0; i < 300; i++) {
            text.append(say(i % 2 == 0 ? "Ana" : "Tico", "\"m" + i + "\"")).append(",\n");
        }
        text.append(
                "{\"id\": 900, \"type\": \"message\", \"date\": \"nunca\", \"from_id\": \"user1\", \"text\": \"a\"},");
        text.append(
                "{\"id\": 901, \"type\": \"message\", \"date_unixtime\": \"1698776580\", \"text\": \"a\"}, {\"id\"");
        DatasetSummary summary = chat.build(chat.file("result.json", text.toString()));
        assertThat(summary.messages()).isEqualTo(300);
        assertThat(summary.badRows()).isEqualTo(2);
        assertThat(summary.warnings()).hasSize(1);
        assertThat(summary.warnings().get(0)).endsWith("the file ends in the middle; it was read up to there");
    }

    @Test
    void refusesWhatIsTooDeepInOneLine() {
        Path file = chat.file("result.json", GROUP + say("Ana", "[".repeat(10_000)));
        assertThatThrownBy(() -> chat.build(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("result.json line ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void damagedFilesAreReadOrEndInOneLine() {
        StringBuilder text = new StringBuilder(GROUP);
        for (int i = 0; i < 40; i++) {
            text.append(i == 0 ? "" : ",")
                    .append(say(i % 2 == 0 ? "Ana" : "Tico", "[\"m\", {\"text\": \"" + i + "\"}]"));
        }
        byte[] whole = text.append(END).toString().getBytes(StandardCharsets.UTF_8);
        assertThat(chat.readable("result.json", whole, "\"{}[],:\\x\0\u00FF0", 300))
                .isBetween(50, 299);
    }

    private String say(String from, String text) {
        id++;
        return "{\"id\": " + id + ", \"type\": \"message\", \"date\": \"2023-10-31T15:23:38\", \"date_unixtime\": \""
                + (1_698_776_580 + id) + "\", \"from\": \"" + from + "\", \"from_id\": \"user" + Export.id(from)
                + "\", \"text\": " + text + "}\n";
    }
}
