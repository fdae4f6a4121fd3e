package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.bindings.NativeBatch;
import dev.kaiaku.bindings.NativeCompute;
import dev.kaiaku.bindings.NativeLoss;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.bindings.NativeTrainer.State;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.MicroBatches;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole models against what transformers and PEFT computed; see golden/README.md. */
final class GoldenTest {
    private static final double LOGITS = 2e-4;
    private static final double MERGED_LOGITS = 2e-3;
    /**
     * The reference is 2.1e-3 away from the same ten steps in double, and those of torch with sums in another order are
     * 5e-3 away from it: gradients near zero are rounding there, and AdamW makes whole steps of them.
     */
    private static final double MERGED_LOGITS_OF_GEMMA3 = 4e-3;

    private static final double BF16 = 5e-3;
    private static final double BF16_STEPS = 2e-2;
    /**
     * Its large steps repeat any small change thirtyfold by the eighth: transformers and PEFT in bf16 are 3.7 % away
     * there, under autocast 2.9 %, and our own f32 is 3.9 % away where only the frozen weights are rounded.
     */
    private static final double BF16_STEPS_OF_GEMMA3 = 5e-2;

    private static final double GRADIENT = 1e-3;
    private static final double LOSS = 1e-3;

    static List<Path> supported() {
        return Golden.folders(true);
    }

    static List<Path> unsupported() {
        return Golden.folders(false);
    }

    @ParameterizedTest
    @MethodSource("supported")
    void logitsAreThoseOfTransformers(Path folder) {
        with(folder, false, (golden, trainer) -> {
            assertClose(trainer.logits(golden.batch(), false), golden.arrays().floats("base_logits"), LOGITS);
            assertClose(trainer.logits(golden.batch(), true), golden.arrays().floats("logits"), LOGITS);
        });
    }

    @ParameterizedTest
    @MethodSource("supported")
    void tokenNllAndHiddenStatesAreThoseOfTransformers(Path folder) {
        with(folder, false, (golden, trainer) -> {
            assertClose(
                    trainer.evaluate(golden.batchOfAll(), true), golden.arrays().floats("token_nll"), LOGITS);
            for (int layer = 0; layer <= golden.base().config().layers(); layer++) {
                assertClose(
                        trainer.hidden(golden.batch(), true, layer),
                        golden.arrays().floats("hidden." + layer),
                        LOGITS);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("supported")
    void everyGradientIsThatOfPeft(Path folder) {
        with(folder, false, (golden, trainer) -> {
            NativeLoss loss = trainer.accumulate(golden.batch());
            assertThat(loss.mean()).isCloseTo(golden.reference().path("loss").asDouble(), within(LOSS));
            assertThat(loss.targets())
                    .isEqualTo(golden.reference()
                            .path("hyper")
                            .path("label_tokens")
                            .asLong());
            LoraAdapter sums = AdapterState.download(trainer, golden.adapter(), State.GRADIENT);
            assertMatrices(golden, "grad.", sums, 1.0 / loss.targets(), GRADIENT);
        });
    }

    @ParameterizedTest
    @MethodSource("supported")
    void stepsFollowTorch(Path folder) {
        with(folder, false, (golden, trainer) -> {
            int steps = golden.reference().path("grad_norms").size();
            for (int step = 0; step < steps; step++) {
                double expectedLoss =
                        golden.reference().path("losses").path(step).asDouble();
                double expectedNorm =
                        golden.reference().path("grad_norms").path(step).asDouble();
                assertThat(trainer.accumulate(golden.batch()).mean())
                        .isCloseTo(expectedLoss, within(LOSS * expectedLoss));
                assertThat((double) trainer.update(golden.lr())).isCloseTo(expectedNorm, within(LOSS * expectedNorm));
            }
            double lastLoss = golden.reference().path("losses").path(steps).asDouble();
            assertThat(trainer.accumulate(golden.batch()).mean()).isCloseTo(lastLoss, within(LOSS * lastLoss));
            LoraAdapter trained = AdapterState.download(trainer, golden.adapter(), State.WEIGHT);
            assertMatrices(golden, "final.", trained, 1, 5e-3);
            assertMergedLogits(golden, trained);
        });
    }

    /** Bf16 with the adapter that f32 has at each step. */
    @ParameterizedTest
    @MethodSource("supported")
    void lossesInBf16AreThoseOfTheSameAdapter(Path folder) {
        with(
                folder,
                false,
                (golden, exact) -> inBf16(folder, (same, rounded) -> {
                    for (JsonNode ignored : golden.reference().path("losses")) {
                        AdapterState.upload(AdapterState.download(exact, golden.adapter(), State.WEIGHT), rounded);
                        double loss = exact.accumulate(golden.batch()).mean();
                        assertThat(rounded.accumulate(golden.batch()).mean()).isCloseTo(loss, within(BF16 * loss));
                        exact.update(golden.lr());
                        rounded.update(0);
                    }
                }));
    }

    /** Bf16 on its own way. */
    @ParameterizedTest
    @MethodSource("supported")
    void lossesInBf16AreNear(Path folder) {
        inBf16(folder, (golden, trainer) -> {
            double tolerance = gemma3(golden) ? BF16_STEPS_OF_GEMMA3 : BF16_STEPS;
            for (JsonNode expected : golden.reference().path("losses")) {
                assertThat(trainer.accumulate(golden.batch()).mean())
                        .isCloseTo(expected.asDouble(), within(tolerance * expected.asDouble()));
                trainer.update(golden.lr());
            }
        });
    }

    private static void inBf16(Path folder, Check check) {
        try (Golden golden = Golden.open(folder);
                NativeModel model = BaseLoader.load(golden.base(), WeightsForm.BF16, Device.CPU, Progress.NONE);
                NativeTrainer trainer = NativeTrainer.create(model, golden.options(false, NativeCompute.BF16))) {
            AdapterState.upload(golden.adapter(), trainer);
            check.check(golden, trainer);
        }
    }

    private static boolean gemma3(Golden golden) {
        return Golden.modelType(golden.base().path()).startsWith("gemma3");
    }

    private static void assertMergedLogits(Golden golden, LoraAdapter trained) {
        double tolerance = gemma3(golden) ? MERGED_LOGITS_OF_GEMMA3 : MERGED_LOGITS;
        try (NativeModel model = BaseLoader.load(new MergedModel(golden.base(), trained, 1), Progress.NONE);
                NativeTrainer merged = NativeTrainer.create(model, golden.options(true))) {
            assertClose(merged.logits(golden.batch(), false), golden.arrays().floats("merged_logits"), tolerance);
        }
    }

    @ParameterizedTest
    @MethodSource("supported")
    void packedSequencesAreAsIfAlone(Path folder) {
        with(folder, false, (golden, trainer) -> {
            NativeBatch packed = golden.batchOfAll();
            float[] together = trainer.evaluate(packed, true);
            NativeLoss loss = trainer.accumulate(golden.batch());
            LoraAdapter gradient = AdapterState.download(trainer, golden.adapter(), State.GRADIENT);
            trainer.update(0);

            NativeLoss alone = new NativeLoss(0, 0);
            int position = 0;
            for (Example sequence : golden.sequences()) {
                NativeBatch one =
                        MicroBatches.pack(List.of(sequence), sequence.length()).get(0);
                alone = alone.plus(trainer.accumulate(one));
                float[] nll = trainer.evaluate(one, true);
                for (int i = 0; i < nll.length; i++) {
                    if (sequence.learn()[i] != 0) {
                        assertThat(nll[i]).isCloseTo(together[position + i], within(1e-4f));
                    }
                }
                position += nll.length;
            }
            assertThat(alone.targets()).isEqualTo(loss.targets());
            assertThat(alone.sum()).isCloseTo(loss.sum(), within(1e-5 * loss.sum()));
            assertSame(AdapterState.download(trainer, golden.adapter(), State.GRADIENT), gradient, 1e-4);
        });
    }

    @ParameterizedTest
    @MethodSource("supported")
    void recomputationChangesNothing(Path folder) {
        with(
                folder,
                false,
                (golden, keeping) -> with(folder, true, (same, recomputing) -> {
                    assertThat(recomputing.accumulate(golden.batch())).isEqualTo(keeping.accumulate(golden.batch()));
                    assertSame(
                            AdapterState.download(recomputing, golden.adapter(), State.GRADIENT),
                            AdapterState.download(keeping, golden.adapter(), State.GRADIENT),
                            1e-6);
                }));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("unsupported")
    void otherArchitecturesAreRefusedByName(Path folder) {
        assertThatThrownBy(() -> BaseModels.open(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(Golden.modelType(folder).replaceAll("_.*", ""));
    }

    private interface Check {
        void check(Golden golden, NativeTrainer trainer);
    }

    private static void with(Path folder, boolean recompute, Check check) {
        try (Golden golden = Golden.open(folder);
                NativeModel model = BaseLoader.load(golden.base(), Progress.NONE);
                NativeTrainer trainer = NativeTrainer.create(model, golden.options(recompute))) {
            AdapterState.upload(golden.adapter(), trainer);
            check.check(golden, trainer);
        }
    }

    private static void assertMatrices(
            Golden golden, String prefix, LoraAdapter actual, double factor, double tolerance) {
        actual.matrices().forEach((linear, matrix) -> {
            String name = prefix + "base_model.model." + linear;
            assertNormClose(name, matrix.a(), factor, golden.arrays().floats(name + ".lora_A.weight"), tolerance);
            assertNormClose(name, matrix.b(), factor, golden.arrays().floats(name + ".lora_B.weight"), tolerance);
        });
    }

    private static void assertSame(LoraAdapter actual, LoraAdapter expected, double tolerance) {
        actual.matrices().forEach((linear, matrix) -> {
            LoraMatrix other = Objects.requireNonNull(expected.matrices().get(linear));
            assertNormClose(linear, matrix.a(), 1, other.a(), tolerance);
            assertNormClose(linear, matrix.b(), 1, other.b(), tolerance);
        });
    }

    private static void assertNormClose(
            String name, float[] actual, double factor, float[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < actual.length; i++) {
            difference += Math.pow(actual[i] * factor - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        // The small addend is for matrices that are zero.
        assertThat(Math.sqrt(difference)).as(name).isLessThanOrEqualTo(tolerance * Math.sqrt(norm) + 1e-9);
    }

    private static void assertClose(float[] actual, float[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        double worst = 0;
        for (int i = 0; i < actual.length; i++) {
            // Written so that a NaN counts as far away.
            worst = Math.abs(actual[i] - expected[i]) <= worst ? worst : Math.abs(actual[i] - expected[i]);
            assertThat(Float.isFinite(actual[i])).isTrue();
        }
        assertThat(worst).isLessThanOrEqualTo(tolerance);
    }
}
