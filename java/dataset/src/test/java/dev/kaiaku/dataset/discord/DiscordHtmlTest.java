package dev.kaiaku.dataset.discord;

import static dev.kaiaku.dataset.Chat.sample;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Chat;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Media;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.StringPool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiscordHtmlTest {
    private static final String HEAD = """
            <!DOCTYPE html><html lang=en><head><title>Turma - geral</title><style>.a > .b { content: "</div>" }</style>
            <script>document.write('<div class=chatlog__message-container id=x-1>')</script></head><body>
            <div class=preamble><div class=preamble__entry>Turma</div></div>
            <!-- DiscordChatExporter > --> <div class=chatlog>
            """;
    private static final String END =
            "</div><div class=postamble><div class=postamble__entry>Exported 3 message(s)</div></div></body></html>\n";

    @TempDir
    Path folder;

    private Chat chat;

    @BeforeEach
    void open() {
        chat = new Chat(folder, "tico");
    }

    @Test
    void readsGroupsRepliesReactionsAndMedia() {
        Path file = page(group(
                        "1",
                        "ana",
                        message(0, "oi &amp; tch&#225;u", "")
                                + message(
                                        10,
                                        "foto",
                                        "<div class=chatlog__attachment><img class=chatlog__attachment-media"
                                                + " src=a.png></div><div class=chatlog__reactions><div class=chatlog__reaction>"
                                                + "<img class=\"chatlog__emoji\" alt=👍> <span class=chatlog__reaction-count>3</span>"
                                                + "</div></div>"))
                + group("2", "tico", reply(20, id(0), "opa")));

        List<Message> messages = read(file);

        assertThat(messages).extracting(Message::text).containsExactly("oi & tcháu", "foto", "opa");
        assertThat(messages).extracting(Message::author).containsExactly("ana", "ana", "tico");
        assertThat(messages).extracting(Message::authorId).containsExactly("1", "1", "2");
        assertThat(messages.get(0).time()).isEqualTo(Instant.parse("2022-07-18T10:00:00Z"));
        assertThat(messages.get(1).media()).isEqualTo(Media.IMAGE);
        assertThat(messages.get(1).reactions()).isEqualTo(3);
        assertThat(messages.get(2).replyTo()).isEqualTo(id(0));
        DatasetSummary summary = chat.build(file);
        assertThat(summary.format()).isEqualTo("discord-html");
        assertThat(chat.samples()).containsExactly(sample("[ana]: oi & tcháu\n[ana]: foto", "opa"));
    }

    @Test
    void tellsBotsNoticesAndTheNamesOfOlderAccounts() {
        String bot = group("9", "robô#1234", message(0, "bip", ""))
                .replace(
                        "</span> <span class=chatlog__timestamp",
                        "</span><span class=chatlog__author-tag>BOT</span> <span class=chatlog__timestamp");
        String notice = "<div class=chatlog__message-group><div id=chatlog__message-container-" + id(5)
                + " class=chatlog__message-container data-message-id=" + id(5)
                + "><div class=chatlog__message><span class=chatlog__system-notification-author title=ana#0000"
                + " data-user-id=1>Ana</span> <span class=chatlog__system-notification-content>joined the server"
                + "</span></div></div></div>";
        List<Message> messages = read(page(bot + notice));
        assertThat(messages).extracting(Message::kind).containsExactly(MessageKind.BOT, MessageKind.SYSTEM);
        assertThat(messages).extracting(Message::author).containsExactly("robô#1234", "ana");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            value = {
                "a <strong>b</strong> <em>c</em> <u>d</u> <s>e</s>¦a **b** *c* __d__ ~~e~~",
                "<code class=\"chatlog__markdown-pre chatlog__markdown-pre--inline\">x &lt; y</code>¦`x < y`",
                "<img class=\"chatlog__emoji\" alt=😀> <img class=\"chatlog__emoji\" alt=kekw>¦😀 :kekw:",
                "<a href=\"https://a.b/?c&amp;d\">https://a.b/?c&amp;d</a>¦https://a.b/?c&d",
                "<a href=\"https://a.b\">aqui</a>¦[aqui](https://a.b)",
                "<span class=chatlog__markdown-spoiler>fim</span>¦||fim||",
                "<span class=chatlog__markdown-mention>@Ana B</span> oi¦@Ana B oi",
                "tarde <span class=chatlog__edited-timestamp title=x>(edited)</span>¦tarde",
            })
    void writesMarkupAsItWasTyped(String html, String text) {
        assertThat(read(page(group("1", "ana", message(0, html, "")))))
                .extracting(Message::text)
                .containsExactly(text);
    }

    @Test
    void writesBlocksAsTheyWereTyped() {
        String html =
                "veja<div class=\"chatlog__markdown-pre chatlog__markdown-pre--multiline language-py\">a = 1\nb</div>"
                        + "<div class=chatlog__markdown-quote><div class=chatlog__markdown-quote-border></div>"
                        + "<div class=chatlog__markdown-quote-content>um\ndois</div></div>fim";
        assertThat(read(page(group("1", "ana", message(0, html, "")))).get(0).text())
                .isEqualTo("veja```py\na = 1\nb\n```> um\n> dois\nfim");
    }

    @Test
    void readsWhatThereIsOfAPageThatWasCutOff() {
        String whole = HEAD + group("1", "ana", message(0, "oi", "") + message(10, "gente", ""));
        Path file = chat.file("geral.html", whole.substring(0, whole.length() - 20));
        BadRows bad = new BadRows();
        assertThat(Chat.messages(new DiscordHtml(bad, new StringPool()), file)).hasSize(2);
        assertThat(bad.warnings()).hasSize(1);
        assertThat(bad.warnings().get(0)).contains("the file ends in the middle");
    }

    @Test
    void damagedPagesAreReadOrEndInOneLine() {
        byte[] whole = (HEAD
                        + group("1", "ana", message(0, "oi &lt;", ""))
                        + group("2", "tico", message(9, "opa", ""))
                        + END)
                .getBytes(StandardCharsets.UTF_8);
        assertThat(chat.readable("geral.html", whole, "<>\"'=&/\0\u00FF", 300)).isBetween(50, 300);
    }

    private List<Message> read(Path file) {
        return Chat.messages(new DiscordHtml(new BadRows(), new StringPool()), file);
    }

    private Path page(String groups) {
        return chat.file("geral.html", HEAD + groups + END);
    }

    private static String group(String author, String name, String messages) {
        return "<div class=chatlog__message-group>"
                + messages.replaceFirst(
                        "<div class=chatlog__header>",
                        "<div class=chatlog__header><span class=chatlog__author style=color:red title=\"" + name
                                + "\" data-user-id=" + author
                                + ">Mostrado</span> <span class=chatlog__timestamp title=\"x\">x</span>")
                + "</div>\n";
    }

    private static String message(int second, String content, String after) {
        return "<div id=chatlog__message-container-" + id(second)
                + " class=chatlog__message-container data-message-id=" + id(second)
                + "><div class=chatlog__message><div class=chatlog__message-primary><div class=chatlog__header></div>"
                + "<div class=\"chatlog__content chatlog__markdown\"><span class=chatlog__markdown-preserve>" + content
                + "</span></div>" + after + "</div></div></div>";
    }

    private static String reply(int second, String target, String content) {
        return message(second, content, "")
                .replace(
                        "<div class=chatlog__header>",
                        "<div class=chatlog__reply><div class=chatlog__reply-author title=ana>Ana</div>"
                                + "<div class=chatlog__reply-content><span class=chatlog__reply-link"
                                + " onclick=\"scrollToMessage(event,'" + target + "')\">oi</span></div></div>"
                                + "<div class=chatlog__header>");
    }

    /** Of a message so many seconds after 10:00 on the 18th of July 2022. */
    private static String id(int second) {
        return Long.toString(
                (Instant.parse("2022-07-18T10:00:00Z").toEpochMilli() - 1_420_070_400_000L + second * 1000L) << 22);
    }
}
