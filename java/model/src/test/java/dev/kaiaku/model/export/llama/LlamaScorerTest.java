package dev.kaiaku.model.export.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.QuantType;
import dev.kaiaku.model.format.EncodedConversation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlamaScorerTest {
    private static final int VOCABULARY = 256;

    @TempDir
    Path folder;

    private Path gguf;

    @BeforeEach
    void exportTinyBase() {
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(Architecture.LLAMA));
        gguf = folder.resolve("tiny.gguf");
        try (BaseModel base = BaseModels.open(folder.resolve("base"))) {
            PersonaInfo persona = new PersonaInfo("ana", null, base.chatFormat());
            GgufExport.write(new MergedModel(base, null, 1), persona, QuantType.F32, gguf, Progress.NONE);
        }
    }

    @Test
    void eachSampleScoresTheSameAloneAndAmongOthers() {
        List<EncodedConversation> samples = new ArrayList<>();
        for (int length : new int[] {30, 300, 2, 700, 1, 120, 1100, 5}) {
            samples.add(sample(length, length));
        }

        LlamaScore together = LlamaScorer.score(gguf, samples, Progress.NONE);

        assertThat(together.targets())
                .isEqualTo(samples.stream().mapToLong(LlamaBatches::targets).sum());
        assertThat(together.nll()[4]).as("a single token has nothing before it").isZero();
        for (int i : new int[] {1, 3, 6, 7}) {
            LlamaScore alone = LlamaScorer.score(gguf, samples.subList(i, i + 1), Progress.NONE);
            assertThat(alone.nll()[0]).isCloseTo(together.nll()[i], within(1e-3 * together.nll()[i]));
        }
    }

    @Test
    void whatFollowsATokenDoesNotChangeItsScore() {
        EncodedConversation whole = sample(40, 9);
        boolean[] early = Arrays.copyOf(whole.targets(), 40);
        Arrays.fill(early, 20, 40, false);
        EncodedConversation start =
                new EncodedConversation(Arrays.copyOf(whole.tokens(), 20), Arrays.copyOf(whole.targets(), 20));

        LlamaScore score = LlamaScorer.score(
                gguf, List.of(start, new EncodedConversation(whole.tokens(), early), whole), Progress.NONE);

        assertThat(score.nll()[1]).isCloseTo(score.nll()[0], within(1e-3));
        assertThat(score.nll()[2]).isGreaterThan(score.nll()[1] + 1);
    }

    @Test
    void progressIsToldForEverySample() {
        List<Long> done = new ArrayList<>();

        LlamaScorer.score(gguf, List.of(sample(9, 1), sample(9, 2)), (task, n, total) -> done.add(n));

        assertThat(done).containsExactly(1L, 2L);
    }

    @Test
    void aFileThatIsCutShortEndsWithOneLine() throws IOException {
        byte[] bytes = Files.readAllBytes(gguf);
        Files.write(gguf, Arrays.copyOf(bytes, bytes.length / 2));

        assertThatThrownBy(() -> LlamaScorer.score(gguf, List.of(sample(9, 1)), Progress.NONE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("tiny.gguf")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aTokenOutsideTheVocabularyEndsWithOneLine() {
        EncodedConversation bad = new EncodedConversation(new int[] {1, 99_999}, new boolean[] {false, true});

        assertThatThrownBy(() -> LlamaScorer.score(gguf, List.of(bad), Progress.NONE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("99999")
                .hasMessageNotContaining("\n");
    }

    private static EncodedConversation sample(int length, long seed) {
        Random random = new Random(seed);
        int[] tokens = random.ints(length, 3, VOCABULARY).toArray();
        boolean[] targets = new boolean[length];
        Arrays.fill(targets, length / 3, length, true);
        return new EncodedConversation(tokens, targets);
    }
}
