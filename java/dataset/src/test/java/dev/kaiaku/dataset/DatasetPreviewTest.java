package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.sample.ContextRule;
import java.nio.file.Path;
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
        List<Conversation> first = DatasetPreview.choose(folder, 5, 7);
        assertThat(first).hasSize(5).doesNotHaveDuplicates();
        assertThat(DatasetPreview.choose(folder, 5, 7)).isEqualTo(first);
        assertThat(DatasetPreview.choose(folder, 5, 8)).isNotEqualTo(first);
        assertThat(DatasetPreview.choose(folder, 100_000, 7))
                .isEqualTo(ConversationFile.read(folder.resolve(DatasetBuilder.TRAIN)));
        assertThat(DatasetPreview.choose(folder, 0, 7)).isEmpty();
    }

    private static String text(List<DatasetPreview.Span> spans, Boolean... learned) {
        return spans.stream()
                .filter(span -> List.of(learned).contains(span.learned()))
                .map(DatasetPreview.Span::text)
                .collect(Collectors.joining());
    }
}
