package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.sample.ContextRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatasetBuilderTest {
    @TempDir
    Path folder;

    @Test
    void cutsSessionsIntoTheArticlesBlocks() {
        Export export = new Export()
                .say(0, "ana", "oi")
                .say(10, "beto", "e aí")
                .say(20, "tico", "opa")
                .say(30, "tico", "tudo?")
                .say(40, "ana", "tudo\ne você?")
                .say(50, "tico", "kkkk")
                .say(60, "beto", "ninguém responde")
                .say(60 + 300, "tico", "cheguei tarde")
                .say(60 + 301, "ana", "chegou")
                .say(60 + 301 + 299, "tico", "ufa");
        assertThat(samples(export))
                .containsExactly(
                        sample("[ana]: oi\n[beto]: e aí", "opa\ntudo?"),
                        sample("[ana]: tudo\n  e você?", "kkkk"),
                        sample("[ana]: chegou", "ufa"));
        DatasetSummary summary = DatasetSummary.read(folder.resolve("out"));
        assertThat(summary.sessions()).isEqualTo(2);
        assertThat(summary.messages()).isEqualTo(10);
        assertThat(summary.personaMessages()).isEqualTo(5);
        assertThat(summary.personaMessagesKept()).isEqualTo(4);
        assertThat(summary.dropped()).containsEntry("reply to nobody", 1L);
        assertThat(summary.trainSamples()).isEqualTo(2);
        assertThat(summary.validationSamples()).isEqualTo(1);
        assertThat(summary.inputs()).extracting(DatasetSummary.FileHash::name).containsExactly("geral.csv");
    }

    @Test
    void holdsOutTheLatestWholeSessions() throws IOException {
        Export export = new Export();
        for (int session = 0; session < 20; session++) {
            for (int i = 0; i < 3; i++) {
                export.say(session * 1000L + i * 20L, "ana", "pergunta " + session + " " + i);
                export.say(session * 1000L + i * 20L + 10, "tico", "resposta " + session + " " + i);
            }
        }
        DatasetSummary summary = build(
                export,
                "tico",
                DatasetOptions.builder().context(ContextRule.BLOCK).build());
        assertThat(summary.trainSamples()).isEqualTo(54);
        assertThat(summary.validationSamples()).isEqualTo(6);
        String train = Files.readString(folder.resolve("out/train.jsonl"));
        String validation = Files.readString(folder.resolve("out/validation.jsonl"));
        assertThat(train).contains("resposta 17 2").doesNotContain("resposta 18", "resposta 19");
        assertThat(validation).contains("resposta 18 0", "resposta 19 2").doesNotContain("resposta 17");
        assertThat(build(
                                export,
                                "tico",
                                DatasetOptions.builder()
                                        .context(ContextRule.BLOCK)
                                        .validation(0)
                                        .build())
                        .validationSamples())
                .isZero();
        assertThat(build(
                                export,
                                "tico",
                                DatasetOptions.builder()
                                        .context(ContextRule.BLOCK)
                                        .validation(0.99)
                                        .build())
                        .trainSamples())
                .isEqualTo(3);
    }

    @Test
    void givesTheSameBytesForTheSameInput() throws IOException {
        Export export = new Export().say(0, "ana", "oi").say(1, "tico", "opa").say(900, "ana", "e aí");
        export.say(901, "tico", "👩‍🚀 \"aspas\"");
        build(
                export,
                "tico",
                DatasetOptions.builder().context(ContextRule.BLOCK).build());
        List<byte[]> first = outputs();
        build(
                export,
                "tico",
                DatasetOptions.builder().context(ContextRule.BLOCK).build());
        List<byte[]> second = outputs();
        for (int i = 0; i < first.size(); i++) {
            assertThat(second.get(i)).isEqualTo(first.get(i));
        }
        assertThat(new String(first.get(2), java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain(folder.toString());
    }

    @Test
    void putsTheSystemTextFirst() {
        Export export = new Export().say(0, "ana", "oi").say(1, "tico", "opa");
        build(
                export,
                "tico",
                DatasetOptions.builder()
                        .context(ContextRule.BLOCK)
                        .system("You are tico.")
                        .build());
        assertThat(read())
                .containsExactly(new Conversation(List.of(
                        new Turn(Role.SYSTEM, "You are tico."),
                        new Turn(Role.USER, "[ana]: oi"),
                        new Turn(Role.ASSISTANT, "opa"))));
    }

    @Test
    void honoursTheGap() {
        Export export = new Export().say(0, "ana", "oi").say(3599, "tico", "opa");
        assertThatThrownBy(() -> samples(export))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("\"tico\" answers nobody within 5m (messages: 1)");
        build(
                export,
                "tico",
                DatasetOptions.builder()
                        .context(ContextRule.BLOCK)
                        .gap(Duration.ofHours(1))
                        .build());
        assertThat(read()).hasSize(1);
    }

    @Test
    void keepsChannelsApart() {
        new Export().say(0, "ana", "oi").say(2, "ana", "tem alguém?").write(folder.resolve("in/a.csv"));
        new Export().say(1, "beto", "aqui").say(3, "tico", "opa").write(folder.resolve("in/deep/b.CSV"));
        DatasetBuilder.build(
                List.of(folder.resolve("in")),
                "tico",
                folder.resolve("out"),
                DatasetOptions.builder().context(ContextRule.BLOCK).build(),
                Progress.NONE);
        assertThat(read()).containsExactly(sample("[beto]: aqui", "opa"));
    }

    private DatasetSummary build(Export export, String persona, DatasetOptions options) {
        Path file = export.write(folder.resolve("geral.csv"));
        return DatasetBuilder.build(List.of(file), persona, folder.resolve("out"), options, Progress.NONE);
    }

    private List<Conversation> samples(Export export) {
        build(
                export,
                "tico",
                DatasetOptions.builder().context(ContextRule.BLOCK).build());
        return read();
    }

    private List<Conversation> read() {
        List<Conversation> all = new ArrayList<>(ConversationFile.read(folder.resolve("out/train.jsonl")));
        all.addAll(ConversationFile.read(folder.resolve("out/validation.jsonl")));
        return all;
    }

    private List<byte[]> outputs() throws IOException {
        List<byte[]> bytes = new ArrayList<>();
        for (String name : List.of("train.jsonl", "validation.jsonl", "dataset.json")) {
            bytes.add(Files.readAllBytes(folder.resolve("out").resolve(name)));
        }
        return bytes;
    }

    private static Conversation sample(String user, String assistant) {
        return new Conversation(List.of(new Turn(Role.USER, user), new Turn(Role.ASSISTANT, assistant)));
    }
}
