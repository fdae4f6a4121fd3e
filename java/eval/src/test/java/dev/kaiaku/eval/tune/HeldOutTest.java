package dev.kaiaku.eval.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.SampleExport;
import dev.kaiaku.dataset.sample.ContextRule;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.TrainOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldOutTest {
    @TempDir
    private Path folder;

    private EvalData data(ContextRule rule) {
        Path out = folder.resolve(rule.id());
        DatasetOptions options =
                DatasetOptions.builder().validation(0.3).context(rule).build();
        DatasetBuilder.build(
                List.of(SampleExport.copyTo(folder.resolve("export"))),
                SampleExport.PERSONA,
                out,
                options,
                Progress.NONE);
        return EvalData.read(out);
    }

    @Test
    void everyReplyOfTheShorterContextsIsFoundUnderTheLongerOnes() {
        EvalData block = data(ContextRule.BLOCK);
        HeldOut.Shared shared = HeldOut.shared(block, data(ContextRule.SESSION));
        assertThat(shared.block().replies()).hasSameSizeAs(block.heldOut());
        assertThat(shared.block().bytes()).isEqualTo(shared.session().bytes());
        boolean longer = false;
        for (int i = 0; i < shared.block().replies().size(); i++) {
            Reply before = shared.block().replies().get(i);
            Reply after = shared.session().replies().get(i);
            assertThat(after.text()).isEqualTo(before.text());
            int lines = after.context().size();
            longer |= lines > before.context().size();
            assertThat(after.context().subList(lines - before.context().size(), lines))
                    .isEqualTo(before.context());
        }
        assertThat(longer).isTrue();
        assertThat(shared.session().thinned(5).replies()).hasSize(5);
    }

    @Test
    void repliesCostTheSameTogetherAndOneByOne() {
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(Architecture.LLAMA));
        HeldOut held = HeldOut.of(data(ContextRule.SESSION));
        try (BaseModel base = BaseModels.open(folder.resolve("base"));
                Speaker model = Speaker.open(base, null, TrainOptions.defaults().compute(), Progress.NONE)) {
            int room = base.config().contextLength();
            double oneByOne =
                    Arrays.stream(held.nats(model, room, Progress.NONE)).sum();
            assertThat(held.samples(base, room).size())
                    .isLessThan(held.replies().size());
            assertThat(held.nllPerByte(model, room, Progress.NONE))
                    .isCloseTo(oneByOne / held.bytes(), withinPercentage(0.01));
            // Where conversations are cut, no reply is lost.
            int targets = held.samples(base, room).stream()
                    .mapToInt(EncodedConversation::targetCount)
                    .sum();
            assertThat(held.samples(base, 200).stream()
                            .mapToInt(EncodedConversation::targetCount)
                            .sum())
                    .isEqualTo(targets);
        }
    }
}
