package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConversationFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("train.jsonl");
    }

    @Test
    void readsWhatItWrote() {
        List<Conversation> conversations = List.of(
                new Conversation(List.of(
                        new Turn(Role.SYSTEM, "be ana"),
                        new Turn(Role.USER, "[beto]: \"oi\"\n  \\ tudo?\u2028\u0000"),
                        new Turn(Role.ASSISTANT, "oi 👩‍🚀", false),
                        new Turn(Role.USER, "<|im_start|>"),
                        new Turn(Role.ASSISTANT, "kkkk"))),
                new Conversation(List.of(new Turn(Role.ASSISTANT, ""))));
        try (ConversationWriter writer = ConversationFile.writer(file)) {
            writer.write(conversations.get(0), new SampleMeta(3, Instant.parse("2026-01-02T03:04:05.678Z"), "geral"));
            writer.write(conversations.get(1));
            assertThat(writer.count()).isEqualTo(2);
            writer.file().commit();
        }
        assertThat(ConversationFile.read(file)).isEqualTo(conversations);
    }

    @Test
    void writesTheMessagesForm() {
        try (ConversationWriter writer = ConversationFile.writer(file)) {
            writer.write(
                    new Conversation(List.of(
                            new Turn(Role.USER, "[ana]: oi\n[beto]: e aí"), new Turn(Role.ASSISTANT, "opa", false))),
                    new SampleMeta(1, Instant.parse("2026-01-02T03:04:05Z"), "geral"));
            writer.file().commit();
        }
        assertThat(file)
                .hasContent("{\"messages\":[{\"role\":\"user\",\"content\":\"[ana]: oi\\n[beto]: e aí\"},"
                        + "{\"role\":\"assistant\",\"content\":\"opa\",\"weight\":0}],"
                        + "\"meta\":{\"session\":1,\"time\":\"2026-01-02T03:04:05Z\",\"channel\":\"geral\"}}\n");
    }

    @Test
    void leavesNothingWithoutACommit() {
        try (ConversationWriter writer = ConversationFile.writer(file)) {
            writer.write(new Conversation(List.of(new Turn(Role.USER, "oi"))));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void readsFilesOfOtherTools() throws IOException {
        Files.writeString(
                file,
                "\uFEFF{\"id\":7,\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"name\":\"x\"},"
                        + "{\"weight\":1,\"content\":\"b\",\"role\":\"assistant\"}],\"tools\":null}\r\n\r\n"
                        + "{\"messages\":[{\"role\":\"user\",\"content\":\"c\"}]}");
        assertThat(ConversationFile.read(file))
                .containsExactly(
                        new Conversation(List.of(new Turn(Role.USER, "a"), new Turn(Role.ASSISTANT, "b"))),
                        new Conversation(List.of(new Turn(Role.USER, "c"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"messages\":[{\"role\":\"user\" | not JSON",
                "[] | expected {\"messages\"",
                "{\"messages\":[]} | expected {\"messages\"",
                "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]} | role \"tool\" is not one of",
                "{\"messages\":[{\"content\":\"x\"}]} | role \"\" is not one of",
                "{\"messages\":[{\"role\":\"user\"}]} | message 1: expected a text as \"content\"",
                "{\"messages\":[{\"role\":\"user\",\"content\":null}]} | expected a text",
                "{\"messages\":[{\"role\":\"assistant\",\"content\":\"x\",\"weight\":\"0\"}]} | \"weight\" should be 0 or 1",
            })
    void namesFileAndLineOfABadOne(String line, String problem) throws IOException {
        Files.writeString(file, "{\"messages\":[{\"role\":\"user\",\"content\":\"ok\"}]}\n" + line + "\n");
        assertThatThrownBy(() -> ConversationFile.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(file + " line 2")
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }

    @Test
    void refusesBytesThatAreNotText() throws IOException {
        Files.write(
                file,
                "{\"messages\":[{\"role\":\"user\",\"content\":\"\u00e9\"}]}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ConversationFile.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void saysWhichFileIsMissing() {
        assertThatThrownBy(() -> ConversationFile.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
    }
}
