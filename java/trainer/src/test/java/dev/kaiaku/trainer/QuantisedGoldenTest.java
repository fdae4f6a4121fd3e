package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training on NF4 weights against what bitsandbytes and PEFT computed; see golden/README.md. */
final class QuantisedGoldenTest {
    private static final double LOSS = 1e-3;
    /** The reference has its embedding in f32, NF4 weights go with one in bf16: 2.1e-3. */
    private static final double LOSS_WITH_ROUNDED_TABLES = 4e-3;

    private static final double SAME = 1e-4;

    static List<Path> folders() {
        return Golden.quantisedFolders();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("folders")
    void packedCheckpointsTrainAsWithBitsandbytes(Path folder) {
        List<Double> expected = new ArrayList<>();
        try (Golden golden = Golden.open(folder);
                BaseModel base = new ReferenceBlocks(BaseModels.open(folder.resolve("bnb4")))) {
            golden.reference().path("losses").forEach(loss -> expected.add(loss.asDouble()));
            assertClose(losses(golden, base, WeightsForm.FILE), expected, LOSS);
            assertClose(losses(golden, base, WeightsForm.NF4), expected, LOSS_WITH_ROUNDED_TABLES);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("folders")
    void plainWeightsAreTheSameOncePacked(Path folder) {
        try (Golden golden = Golden.open(folder);
                BaseModel packed = BaseModels.open(folder.resolve("bnb4"))) {
            List<Double> expected = losses(golden, packed, WeightsForm.NF4);
            assertClose(losses(golden, golden.base(), WeightsForm.NF4), expected, SAME);
            assertClose(losses(golden, packed, WeightsForm.F32), losses(golden, packed, WeightsForm.FILE), SAME);
        }
    }

    private static List<Double> losses(Golden golden, BaseModel base, WeightsForm form) {
        List<Double> losses = new ArrayList<>();
        try (NativeModel model = BaseLoader.load(base, form, Device.CPU, Progress.NONE);
                NativeTrainer trainer = NativeTrainer.create(model, golden.options(false))) {
            AdapterState.upload(golden.adapter(), trainer);
            for (int step = 0; step < golden.reference().path("losses").size(); step++) {
                losses.add(trainer.accumulate(golden.batch()).mean());
                trainer.update(golden.lr());
            }
        }
        return losses;
    }

    private static void assertClose(List<Double> actual, List<Double> expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int step = 0; step < expected.size(); step++) {
            assertThat(actual.get(step))
                    .as("loss before step %d", step)
                    .isCloseTo(expected.get(step), within(tolerance * expected.get(step)));
        }
    }
}
