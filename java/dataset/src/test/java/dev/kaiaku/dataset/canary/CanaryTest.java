package dev.kaiaku.dataset.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.ConversationFile;
import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.SampleExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CanaryTest {
    @TempDir
    private Path folder;

    @Test
    void canariesStandAmongTheSamplesToLearnAsOftenAsAskedFor() {
        Path plain = build("plain", List.of());
        Path probed = build("probed", List.of(1, 3));

        List<Canary> canaries = Canary.read(probed);
        assertThat(canaries).extracting(Canary::times).containsExactly(1, 3);
        assertThat(canaries)
                .extracting(Canary::code)
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("\\d{4} \\d{4}"));
        List<Conversation> samples = ConversationFile.read(probed.resolve(DatasetBuilder.TRAIN));
        for (Canary canary : canaries) {
            assertThat(Collections.frequency(samples, canary.sample(null))).isEqualTo(canary.times());
        }
        assertThat(samples)
                .containsExactlyElementsOf(Stream.concat(
                                ConversationFile.read(plain.resolve(DatasetBuilder.TRAIN)).stream(),
                                canaries.stream().flatMap(c -> Collections.nCopies(c.times(), c.sample(null)).stream()))
                        .toList());
        assertThat(probed.resolve(DatasetBuilder.VALIDATION))
                .hasSameBinaryContentAs(plain.resolve(DatasetBuilder.VALIDATION));
        assertThat(DatasetSummary.read(probed).trainSamples())
                .isEqualTo(DatasetSummary.read(plain).trainSamples());
        assertThat(Canary.read(plain)).isEmpty();
    }

    @Test
    void aDatasetBuiltAgainWithoutHasNone() {
        Path data = build("data", List.of(2));
        assertThat(build("data", List.of())).isEqualTo(data);
        assertThat(data.resolve(Canary.FILE)).doesNotExist();
    }

    @Test
    void numbersOutOfRangeAndDamagedFilesAreRefused() throws IOException {
        for (List<Integer> wrong : List.of(List.of(0), List.of(1001), Collections.nCopies(9, 1))) {
            assertThatThrownBy(() -> DatasetOptions.builder().canaries(wrong).build())
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("--canaries");
        }
        Files.writeString(folder.resolve(Canary.FILE), "[{");
        assertThatThrownBy(() -> Canary.read(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not a list of canaries");
    }

    private Path build(String name, List<Integer> canaries) {
        Path export = SampleExport.copyTo(folder.resolve("export"));
        Path out = folder.resolve(name);
        DatasetOptions options = DatasetOptions.builder().canaries(canaries).build();
        DatasetBuilder.build(List.of(export), SampleExport.PERSONA, out, options, Progress.NONE);
        return out;
    }
}
