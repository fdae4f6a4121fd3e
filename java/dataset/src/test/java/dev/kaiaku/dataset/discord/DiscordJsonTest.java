package dev.kaiaku.dataset.discord;

import static dev.kaiaku.dataset.Chat.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Chat;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Export;
import dev.kaiaku.dataset.ExportJson;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import dev.kaiaku.dataset.export.ExportFormat;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.sample.ContextRule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiscordJsonTest {
    @TempDir
    Path folder;

    private Chat chat;

    @BeforeEach
    void open() {
        chat = new Chat(folder, "tico");
    }

    @Test
    void readsIdsRepliesAndTypes() {
        ExportJson export = new ExportJson()
                .say(0, "ana", "oi\n\"gente\"")
                .add(
                        10,
                        "tico",
                        "opa",
                        message -> message.put("type", "Reply")
                                .putObject("reference")
                                .put("messageId", "1")
                                .put("channelId", "2"))
                .add(
                        20,
                        "beto",
                        "Pinned a message.",
                        message -> message.put("type", "ChannelPinnedMessage")
                                .putObject("reference")
                                .put("messageId", "1"))
                .add(30, "robô", "bip", ExportJson::bot)
                .add(
                        40,
                        "ana",
                        "",
                        message -> message.putObject("forwardedMessage").put("content", "alheio"))
                .add(50, "ana", "", message -> message.put("type", "8"));
        List<Message> messages = Chat.messages(
                new DiscordJson(new BadRows(), new StringPool()), chat.file("geral.json", export.toString()));
        assertThat(messages).extracting(Message::id).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(messages).extracting(Message::replyTo).containsExactly(null, "1", null, null, null, null);
        assertThat(messages)
                .extracting(Message::kind)
                .containsExactly(
                        MessageKind.SAID,
                        MessageKind.SAID,
                        MessageKind.SYSTEM,
                        MessageKind.BOT,
                        MessageKind.FORWARDED,
                        MessageKind.SYSTEM);
        assertThat(messages.get(0).text()).isEqualTo("oi\n\"gente\"");
        assertThat(messages.get(0).author()).isEqualTo("ana");
    }

    @Test
    void leavesOutByTypeWhatTheFormatTells() {
        ExportJson export = new ExportJson()
                .add(0, "robô", "toca aí", ExportJson::bot)
                .add(1, "ana", "Started a thread.", message -> message.put("type", "ThreadCreated"))
                .say(2, "beto", "Pinned a message.")
                .say(3, "tico", "fixou o quê?");
        DatasetSummary summary = chat.build(chat.file("geral.txt", export.toString()));
        assertThat(summary.format()).isEqualTo("discord-json");
        assertThat(chat.samples()).containsExactly(sample("[beto]: Pinned a message.", "fixou o quê?"));
        assertThat(summary.dropped()).containsEntry("bot", 1L).containsEntry("system message", 1L);
        chat.build(
                DatasetOptions.builder().context(ContextRule.BLOCK).clean(false).build(),
                chat.file("geral.json", export.toString()));
        assertThat(chat.samples())
                .containsExactly(
                        sample("[robô]: toca aí\n[ana]: Started a thread.\n[beto]: Pinned a message.", "fixou o quê?"));
    }

    @Test
    void takesTheNamesThatTheCsvHas() {
        ExportJson export = new ExportJson()
                .add(
                        0,
                        "ana",
                        "oi",
                        message -> ((com.fasterxml.jackson.databind.node.ObjectNode) message.get("author"))
                                .put("discriminator", "1234"))
                .say(1, "tico", "opa");
        chat.build(
                DatasetOptions.builder().context(ContextRule.BLOCK).clean(false).build(),
                chat.file("geral.json", export.toString()));
        assertThat(chat.samples()).containsExactly(sample("[ana#1234]: oi", "opa"));
    }

    @Test
    void readsAFileThatWasCutOffUpToThere() {
        String whole = conversation(60).toString();
        DatasetSummary summary = chat.build(chat.file("geral.json", whole.substring(0, whole.indexOf("mensagem 41"))));
        assertThat(summary.messages()).isEqualTo(41);
        assertThat(summary.badRows()).isZero();
        assertThat(summary.warnings()).hasSize(1);
        assertThat(summary.warnings().get(0))
                .startsWith("geral.json line ")
                .endsWith(": the file ends in the middle; it was read up to there");
        assertThat(DatasetSummary.read(folder.resolve("out")).warnings()).isEqualTo(summary.warnings());
    }

    @Test
    void countsAMessageInTwoFilesOnce() {
        String first = conversation(30).toString();
        String both = conversation(50).toString();
        DatasetSummary summary = chat.build(chat.file("a.json", first), chat.file("b.json", both));
        assertThat(summary.messages()).isEqualTo(50);
        assertThat(summary.duplicateMessages()).isEqualTo(30);
    }

    @Test
    void countsAMessageOfCsvAndJsonOnce() {
        Export csv = new Export()
                .say(0, "ana", "oi")
                .say(0, "ana", "oi")
                .say(1, "tico", "opa")
                .say(2, "ana", "só aqui");
        csv.say(3, "tico", "e eu");
        ExportJson json =
                new ExportJson().say(0, "ana", "oi").say(0, "ana", "oi").say(1, "tico", "opa");
        DatasetSummary summary =
                chat.build(chat.file("geral.csv", csv.toString()), chat.file("geral.json", json.toString()));
        assertThat(summary.format()).isEqualTo("discord-json,discord-csv");
        assertThat(summary.duplicateMessages()).isEqualTo(3);
        assertThat(chat.samples())
                .containsExactly(sample("[ana]: oi\n[ana]: oi", "opa"), sample("[ana]: só aqui", "e eu"));
    }

    @Test
    void readsAFileAsTheFormatAskedFor() {
        Path file = chat.file("geral.json", new ExportJson().say(0, "ana", "oi").toString());
        DatasetOptions csv = DatasetOptions.builder()
                .context(ContextRule.BLOCK)
                .format(ExportFormat.byId("discord-csv"))
                .build();
        assertThatThrownBy(() -> chat.build(csv, file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no column AuthorID");
        assertThat(ExportFormat.byId("auto")).isNull();
        assertThatThrownBy(() -> ExportFormat.byId("irc"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("discord-csv, discord-html, discord-json");
    }

    @Test
    void passesOverOtherFilesOfAFolder() {
        chat.file("package.json", "{\"name\": \"x\"}");
        chat.file(
                "geral.json",
                new ExportJson().say(0, "ana", "oi").say(1, "tico", "opa").toString());
        DatasetSummary summary = chat.build(folder.resolve("in"));
        assertThat(summary.warnings())
                .containsExactly("package.json is no chat export of a known format and was passed over");
        assertThat(chat.samples()).hasSize(1);
    }

    @Test
    void countsMessagesWithoutDateOrAuthor() {
        ExportJson export = conversation(300);
        export.add(4000, "ana", "a", message -> message.put("timestamp", "ontem"));
        export.add(4001, "ana", "b", message -> message.remove("author"));
        export.add(4002, "ana", "c", message -> message.putArray("timestamp").add(1));
        DatasetSummary summary = chat.build(chat.file("geral.json", export.toString()));
        assertThat(summary.badRows()).isEqualTo(3);
        assertThat(summary.firstBadRows().get(0)).matches("geral.json line \\d+: no date: \"ontem\"");
        assertThat(summary.messages()).isEqualTo(300);
    }

    @Test
    void refusesBrokenAndDeepJsonInOneLine() {
        String whole = conversation(20).toString();
        assertRefused(whole.replaceFirst("\"mensagem 9\",", "\"mensagem 9\";"), "not valid JSON");
        assertRefused(whole.replaceFirst("\"reactions\" : ", "\"deep\":" + "[".repeat(10_000)), "nested too deeply");
        assertRefused(whole.replaceFirst("mensagem 9", "x".repeat(5 << 20)), "too long a text");
        assertRefused("{\"guild\":{}}", "no messages");
        assertRefused("{\"guild\":" + "{\"a\":".repeat(10_000), "nested too deeply");
    }

    @Test
    void passesOverHugeValuesThatNobodyReads() {
        String whole = conversation(20).toString().replaceFirst("\"nada\"", "\"" + "x".repeat(20 << 20) + "\"");
        assertThat(chat.build(chat.file("geral.json", whole)).messages()).isEqualTo(20);
    }

    @Test
    void damagedFilesAreReadOrEndInOneLine() {
        byte[] whole = conversation(40).toString().getBytes(StandardCharsets.UTF_8);
        assertThat(chat.readable("geral.json", whole, "\"{}[],:\\\n\0\u00FFx0", 300))
                .isBetween(50, 299);
    }

    private void assertRefused(String content, String problem) {
        Path file = chat.file("geral.json", content);
        assertThatThrownBy(() -> chat.build(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("geral.json")
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }

    private static ExportJson conversation(int count) {
        ExportJson export = new ExportJson();
        for (int i = 0; i < count; i++) {
            export.say(i * 10L, i % 2 == 0 ? "ana" : "tico", "mensagem " + i);
        }
        return export;
    }
}
