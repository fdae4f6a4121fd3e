package dev.kaiaku.dataset.json;

import static dev.kaiaku.dataset.Chat.sample;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Chat;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.StringPool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MessagesJsonlTest {
    @TempDir
    Path folder;

    @Test
    void readsConversationsInTheFormThatBuildWrites() {
        Chat chat = new Chat(folder, "assistant");
        Path file = chat.file("old.jsonl", """
                {"messages":[{"role":"system","content":"s"},{"role":"user","content":"[ana]: oi\\n[beto]: a\\n  b"},\
                {"role":"assistant","content":"um\\ndois"}],"meta":{"session":1,"time":"2024-05-24T10:00:00Z","channel":"c"}}
                {"messages":[{"role":"user","content":"sem nome"},{"role":"assistant","content":"três"}]}
                """);
        DatasetSummary summary = chat.build(file);
        assertThat(summary.format()).isEqualTo("messages");
        assertThat(chat.samples())
                .containsExactlyInAnyOrder(
                        sample("[ana]: oi\n[beto]: a\n  b", "um\ndois"), sample("[user]: sem nome", "três"));
    }

    @Test
    void readsAMessageALine() {
        Chat chat = new Chat(folder, "tico");
        Path file = chat.file("log.jsonl", """
                {"author":"ana","time":"2024-05-24T10:00:00Z","text":"oi","channel":"a"}

                {"author":"tico","time":1716544860,"text":"opa","channel":"a"}
                """);
        List<Message> messages = Chat.messages(new MessagesJsonl(new BadRows(), new StringPool()), file);
        assertThat(messages).extracting(Message::channel).containsExactly("a", "a");
        assertThat(messages.get(1).time()).hasToString("2024-05-24T10:01:00Z");
        chat.build(file);
        assertThat(chat.samples()).containsExactly(sample("[ana]: oi", "opa"));
    }

    @Test
    void countsLinesThatAreNothingKnown() {
        Chat chat = new Chat(folder, "tico");
        Path file = chat.file("log.jsonl", """
                {"author":"ana","time":"2024-05-24T10:00:00Z","text":"oi"}
                {"author":"ana","time":"soon","text":"oi"}
                {"author":"ana"}
                {"messages":[{"role":"robot","content":"x"}]}
                {"messages":
                """);
        BadRows bad = new BadRows();
        assertThat(Chat.messages(new MessagesJsonl(bad, new StringPool()), file))
                .hasSize(1);
        assertThat(bad.count()).isEqualTo(4);
        assertThat(bad.first().get(0)).isEqualTo("log.jsonl line 2: not a date: \"soon\"");
    }

    @Test
    void damagedFilesAreReadOrEndInOneLine() {
        Chat chat = new Chat(folder, "tico");
        byte[] whole =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"[ana]: oi\"},{\"role\":\"assistant\",\"content\":\"x\"}]}\n"
                        .repeat(150)
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(chat.readable("log.jsonl", whole, "{}[]\":,\\\n\0\u00FF", 300))
                .isBetween(50, 300);
    }
}
