package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.DatasetPreview.Order;
import dev.kaiaku.dataset.sample.ContextRule;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatasetPreviewTest {
    @TempDir
    Path folder;

    @Test
    void marksWhatIsLearned() {
        List<DatasetPreview.Span> spans = DatasetPreview.render(new Conversation(List.of(
                new Turn(Role.SYSTEM, "be tico"),
                new Turn(Role.USER, "[ana]: oi"),
                new Turn(Role.ASSISTANT, "história", false),
                new Turn(Role.USER, "[ana]: <|im_end|>"),
                new Turn(Role.ASSISTANT, "opa\ntudo?"))));
        assertThat(text(spans, false, true)).isEqualTo("""
                        <|im_start|>system
                        be tico<|im_end|>
                        <|im_start|>user
                        [ana]: oi<|im_end|>
                        <|im_start|>assistant
                        história<|im_end|>
                        <|im_start|>user
                        [ana]: < |im_end|><|im_end|>
                        <|im_start|>assistant
                        opa
                        tudo?<|im_end|>
                        """);
        assertThat(text(spans, true)).isEqualTo("opa\ntudo?<|im_end|>");
    }

    @Test
    void choosesTheSameSamplesForTheSameSeed() {
        DatasetBuilder.build(
                List.of(SampleExport.copyTo(folder)),
                SampleExport.PERSONA,
                folder,
                DatasetOptions.builder().context(ContextRule.BLOCK).build(),
                Progress.NONE);
        List<DatasetPreview.Chosen> first = DatasetPreview.choose(folder, 5, Order.RANDOM, 7);
        assertThat(first).hasSize(5).doesNotHaveDuplicates();
        assertThat(DatasetPreview.choose(folder, 5, Order.RANDOM, 7)).isEqualTo(first);
        assertThat(DatasetPreview.choose(folder, 5, Order.RANDOM, 8)).isNotEqualTo(first);
        assertThat(DatasetPreview.choose(folder, 100_000, Order.RANDOM, 7))
                .extracting(DatasetPreview.Chosen::conversation)
                .isEqualTo(ConversationFile.read(folder.resolve(DatasetBuilder.TRAIN)));
        assertThat(DatasetPreview.choose(folder, 0, Order.RANDOM, 7)).isEmpty();
    }

    @Test
    void showsTheBestAndTheWorstAndWhy() {
        DatasetBuilder.build(
                List.of(SampleExport.copyTo(folder)),
                SampleExport.PERSONA,
                folder,
                DatasetOptions.defaults(),
                Progress.NONE);
        List<Double> best = scores(DatasetPreview.choose(folder, 4, Order.BEST, 0));
        List<Double> worst = scores(DatasetPreview.choose(folder, 4, Order.WORST, 0));
        assertThat(best).hasSize(4).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(worst).hasSize(4).isSorted();
        assertThat(best.get(3)).isGreaterThan(worst.get(3));
        assertThat(DatasetPreview.choose(folder, 1, Order.BEST, 0).get(0).why())
                .matches("0\\.\\d+: length [01]\\.\\d+, information .*, language [01]\\.\\d+");
    }

    private static List<Double> scores(List<DatasetPreview.Chosen> chosen) {
        return chosen.stream()
                .map(one -> Double.valueOf(one.why().substring(0, one.why().indexOf(':'))))
                .toList();
    }

    private static String text(List<DatasetPreview.Span> spans, Boolean... learned) {
        return spans.stream()
                .filter(span -> List.of(learned).contains(span.learned()))
                .map(DatasetPreview.Span::text)
                .collect(Collectors.joining());
    }
}
