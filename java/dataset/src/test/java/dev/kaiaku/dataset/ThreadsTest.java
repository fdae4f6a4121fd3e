package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.report.MadeUpExport;
import dev.kaiaku.dataset.sample.ContextRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ThreadsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(ContextRule.class)
    void anyNumberOfThreadsGivesTheSameBytes(ContextRule rule) throws IOException {
        Path export = folder.resolve("export.csv");
        MadeUpExport.write(export, 20_000);
        for (int threads : new int[] {1, 2, 7}) {
            DatasetOptions options =
                    DatasetOptions.builder().context(rule).threads(threads).build();
            DatasetBuilder.build(
                    List.of(export), MadeUpExport.PERSONA, folder.resolve("out" + threads), options, Progress.NONE);
        }
        for (String name :
                List.of(DatasetBuilder.TRAIN, DatasetBuilder.VALIDATION, DatasetBuilder.REPORT, DatasetSummary.FILE)) {
            byte[] one = Files.readAllBytes(folder.resolve("out1").resolve(name));
            assertThat(one).isNotEmpty();
            assertThat(Files.readAllBytes(folder.resolve("out2").resolve(name))).isEqualTo(one);
            assertThat(Files.readAllBytes(folder.resolve("out7").resolve(name))).isEqualTo(one);
        }
    }
}
