package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.dataset.selection.SelectionOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SelectedDatasetTest {
    private static final String LONG = "acho que a gente devia sair mais cedo amanhã, senão pega trânsito na marginal";

    @TempDir
    Path folder;

    @Test
    void scrubsBothSidesAndCounts() throws IOException {
        Path words = Files.writeString(folder.resolve("words.txt"), "Zé do Pão\n");
        Export export = new Export()
                .say(0, "ana", "qual teu zap? o meu é (11) 98765-4321, fala com o ze do pao")
                .say(10, "tico", "tico@exemplo.com.br e (21) 99876-5432");
        DatasetSummary summary =
                build(export, DatasetOptions.builder().scrubWords(words).build());
        String train = train();
        assertThat(train).contains("o meu é <phone>, fala com o <private>", "<email> e <phone>");
        assertThat(train + Files.readString(folder.resolve("out/dataset.json")))
                .doesNotContain("98765", "99876", "exemplo.com");
        assertThat(summary.scrubbed())
                .containsEntry("phone", 2L)
                .containsEntry("email", 1L)
                .containsEntry("private", 1L);
        assertThat(summary.scrubExamples().get("email")).containsExactly("t•••@•••••••.•••.••");
        build(export, DatasetOptions.builder().scrub(false).build());
        assertThat(train()).contains("(11) 98765-4321", "tico@exemplo.com.br");
    }

    @Test
    void keepsWhatIsHeldOutOutOfHistoryToo() throws IOException {
        Export export = new Export();
        for (int session = 0; session < 10; session++) {
            long start = session * 100_000L;
            export.say(start, "ana", "e aí, qual o plano número " + session + "?")
                    .say(start + 10, "tico", session == 2 || session == 9 ? LONG : "plano de número " + session)
                    .say(start + 20, "ana", "fechou o número " + session)
                    .say(start + 30, "tico", "fechado, até o dia " + session);
        }
        DatasetSummary summary = build(
                export, DatasetOptions.builder().context(ContextRule.SESSION).build());
        assertThat(Files.readString(folder.resolve("out/validation.jsonl"))).contains(LONG);
        assertThat(train()).doesNotContain(LONG).contains("fechado, até o dia 2");
        assertThat(summary.personaDropped()).containsEntry("in validation too", 1L);
    }

    @Test
    void learnsOnlyTheBestReplies() throws IOException {
        Export export = new Export();
        for (int i = 0; i < 40; i++) {
            long start = i * 100_000L;
            export.say(start, "ana", "quem traz o carvão do churrasco " + i + "?")
                    .say(start + 10, "tico", i % 2 == 0 ? "kkkk" : "eu levo o carvão do churrasco " + i);
        }
        SelectionOptions top = new SelectionOptions(0, 10, 1, 0);
        DatasetSummary summary =
                build(export, DatasetOptions.builder().selection(top).build());
        assertThat(summary.trainReplies()).isEqualTo(10);
        assertThat(summary.selection()).isEqualTo(top);
        assertThat(summary.scores().stream().mapToInt(Integer::intValue).sum()).isEqualTo(10);
        assertThat(train()).doesNotContain("kkkk").contains("\"score\":", "\"features\":{\"length\":");
        assertThat(summary.personaDropped()).containsKey("beyond --top");
        assertThat(Files.readString(folder.resolve("out/report.html"))).contains("Samples to learn by score");
        List<String> alone = Files.readAllLines(folder.resolve("out/validation.jsonl"));
        build(export, DatasetOptions.defaults());
        assertThat(Files.readAllLines(folder.resolve("out/validation.jsonl"))).isEqualTo(alone);
        assertThatThrownBy(() -> build(
                        export,
                        DatasetOptions.builder()
                                .selection(new SelectionOptions(1, 0, 1, 0))
                                .build()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--min-score");
    }

    private DatasetSummary build(Export export, DatasetOptions options) {
        Path file = export.write(folder.resolve("geral.csv"));
        return DatasetBuilder.build(List.of(file), "tico", folder.resolve("out"), options, Progress.NONE);
    }

    private String train() throws IOException {
        return Files.readString(folder.resolve("out/train.jsonl"));
    }
}
