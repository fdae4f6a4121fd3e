package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.sample.ContextRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SampleExportTest {
    @TempDir
    Path folder;

    @Test
    void isEnoughToLearnFrom() throws IOException {
        Path file = SampleExport.copyTo(folder.resolve("export"));
        DatasetSummary summary = DatasetBuilder.build(
                List.of(file),
                SampleExport.PERSONA,
                folder.resolve("data"),
                DatasetOptions.builder().context(ContextRule.BLOCK).build(),
                Progress.NONE);
        assertThat(summary.messages()).isGreaterThanOrEqualTo(850);
        assertThat(summary.authors()).isEqualTo(4);
        assertThat(summary.trainSamples()).isGreaterThanOrEqualTo(150);
        assertThat(summary.validationSamples()).isGreaterThanOrEqualTo(15);
        assertThat(summary.badRows()).isZero();
        assertThat(summary.dropped()).containsKeys("media", "system message");
        assertThat(Files.readString(folder.resolve("data/train.jsonl"))).contains("🦆");
    }

    @Test
    void hasABigShareOfTicoWithHisDuck() {
        Path file = SampleExport.copyTo(folder);
        DatasetBuilder.build(
                List.of(file),
                SampleExport.PERSONA,
                folder,
                DatasetOptions.builder().context(ContextRule.BLOCK).build(),
                Progress.NONE);
        List<Conversation> samples = ConversationFile.read(folder.resolve(DatasetBuilder.TRAIN));
        long ducks = samples.stream()
                .filter(sample -> sample.turns().get(1).content().contains("🦆"))
                .count();
        assertThat(ducks).isGreaterThan(samples.size() * 3L / 4);
    }
}
