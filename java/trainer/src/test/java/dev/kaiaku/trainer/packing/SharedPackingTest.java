package dev.kaiaku.trainer.packing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of real chats; a token of the tiny tokeniser is a third of one of a real base. */
final class SharedPackingTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"crd3, sam, 4096", "pyscript, ntoll, 2048", "rodaviva, paulo markun, 4096"})
    void rowsAreFull(String set, String persona, int seqLen) {
        String shared = System.getProperty("kaiaku.shared", "");
        assumeTrue(!shared.isEmpty(), "kaiaku.shared is not set");
        Path export = Path.of(shared, "data", set);
        DatasetBuilder.build(List.of(export), persona, folder, DatasetOptions.defaults(), Progress.NONE);
        try (BaseModel base = BaseModels.open(Path.of("../../models/tiny"))) {
            Examples examples = Examples.read(folder.resolve("train.jsonl"), base, seqLen, Progress.NONE);
            assertThat(examples.list()).hasSizeGreaterThan(50);
            assertThat(examples.dropped()).isZero();
            double rows = Row.pack(examples.list(), seqLen).size();
            assertThat(examples.tokens() / (rows * seqLen)).isGreaterThan(0.95);
        }
    }
}
