package dev.kaiaku.dataset.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.Chat;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Export;
import dev.kaiaku.dataset.ExportJson;
import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionRuleTest {
    @TempDir
    Path folder;

    private Chat chat;

    @BeforeEach
    void open() {
        chat = new Chat(folder, "tico");
    }

    @Test
    void aSessionIsAConversationOfSeveralTurns() {
        Export export = new Export()
                .say(0, "ana", "oi")
                .say(10, "beto", "e aí")
                .say(20, "tico", "opa")
                .say(30, "tico", "tudo?")
                .say(40, "ana", "tudo")
                .say(50, "tico", "bom")
                .say(60, "ana", "tchau");
        DatasetSummary summary = build(export, options());
        assertThat(chat.samples())
                .containsExactly(new Conversation(List.of(
                        new Turn(Role.USER, "[ana]: oi\n[beto]: e aí"),
                        new Turn(Role.ASSISTANT, "opa\ntudo?"),
                        new Turn(Role.USER, "[ana]: tudo"),
                        new Turn(Role.ASSISTANT, "bom"))));
        assertThat(summary.rule()).isEqualTo("session");
        assertThat(summary.trainReplies()).isEqualTo(2);
        assertThat(summary.personaMessagesKept()).isEqualTo(3);
        assertThat(summary.shape().withHistory()).isEqualTo(0.5);
    }

    @Test
    void whatIsSaidToNobodyIsHistoryUnlessAskedFor() {
        Export export =
                new Export().say(0, "tico", "bom dia").say(10, "ana", "oi").say(20, "tico", "opa");
        build(export, options());
        assertThat(chat.samples())
                .containsExactly(new Conversation(List.of(
                        new Turn(Role.USER, ""),
                        new Turn(Role.ASSISTANT, "bom dia", false),
                        new Turn(Role.USER, "[ana]: oi"),
                        new Turn(Role.ASSISTANT, "opa"))));
        build(export, options().starters(true));
        assertThat(chat.samples().get(0).turns().get(1).target()).isTrue();
        build(export, options().starters(true).context(ContextRule.BLOCK));
        assertThat(chat.samples()).containsExactly(Chat.sample("", "bom dia"), Chat.sample("[ana]: oi", "opa"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8, 40, 1000})
    void everyReplyIsLearnedOnceWithinTheLinesAllowed(int historyLines) {
        Export export = new Export();
        List<String> replies = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            for (int j = 0; j <= i % 4; j++) {
                export.say(i * 20L + j, "ana", "linha " + i + " " + j);
            }
            export.say(i * 20L + 10, "tico", "resposta " + i);
            replies.add("resposta " + i);
        }
        build(export, options().historyLines(historyLines).validation(0));
        List<String> learned = new ArrayList<>();
        int most = 0;
        for (Conversation sample : chat.samples()) {
            int lines = 0;
            for (Turn turn : sample.turns()) {
                int here = MessageText.split(turn.content()).size();
                if (turn.target()) {
                    learned.add(turn.content());
                    most = Math.max(most, lines);
                    assertThat(lines).isBetween(1, historyLines);
                }
                lines += here;
            }
        }
        assertThat(learned).isEqualTo(replies);
        assertThat(most).isGreaterThanOrEqualTo(Math.min(historyLines, 400) / 2);
    }

    @Test
    void whatAReplyAnswersComesIntoItsContext() {
        ExportJson export = new ExportJson()
                .say(0, "ana", "quem vem?")
                .say(10_000, "beto", "outra coisa")
                .add(10_010, "tico", "eu vou", message -> answer(message, 1))
                .add(20_000, "tico", "e eu também", message -> answer(message, 1));
        chat.build(options().validation(0).build(), chat.file("geral.json", export.toString()));
        assertThat(chat.samples())
                .containsExactly(
                        Chat.sample("[ana]: quem vem?\n[beto]: outra coisa", "eu vou"),
                        Chat.sample("[ana]: quem vem?", "e eu também"));
    }

    private static void answer(ObjectNode message, int number) {
        message.put("type", "Reply");
        message.putObject("reference").put("messageId", Integer.toString(number));
    }

    private DatasetSummary build(Export export, DatasetOptions.Builder options) {
        return chat.build(options.build(), export.write(folder.resolve("geral.csv")));
    }

    private static DatasetOptions.Builder options() {
        return DatasetOptions.builder().context(ContextRule.SESSION);
    }
}
