package dev.kaiaku.trainer.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.bindings.NativeCompute;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.bindings.NativeWeights;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.trainer.options.Device;
import org.junit.jupiter.api.Test;

/** Plans for a base of 135 million parameters that is never made. */
final class MemoryPlanTest {
    private static final NativeModelConfig MODEL = NativeModelConfig.builder()
            .layers(30)
            .hiddenSize(576)
            .intermediateSize(1536)
            .heads(9)
            .kvHeads(3)
            .headDim(64)
            .vocabSize(49_152)
            .tiedEmbeddings(true)
            .rmsNormEps(1e-5f)
            .build();
    private static final long MIB = 1 << 20;

    private static MemoryPlan plan(int longest, long limit) {
        return MemoryPlan.choose(
                MODEL,
                (tokens, keptLayers) -> NativeTrainerOptions.builder(16, 127, tokens)
                        .keptLayers(keptLayers)
                        .threads(1)
                        .build(),
                new MemoryPlan.Demand(longest, 16_384, 0, 0, 0),
                Budget.of(Device.CPU, limit));
    }

    @Test
    void everythingIsKeptWhereItFits() {
        MemoryPlan plan = plan(400, 1L << 40);
        assertThat(plan.microTokens()).isEqualTo(2048);
        assertThat(plan.keptLayers()).isEqualTo(30);
    }

    @Test
    void fewerTokensAtOnceComeBeforeRunningLayersAgain() {
        long roomy = plan(400, 1L << 40).bytes();
        MemoryPlan plan = plan(400, roomy - 100 * MIB);
        assertThat(plan.microTokens()).isEqualTo(1024);
        assertThat(plan.keptLayers()).isEqualTo(30);
        assertThat(plan.bytes()).isLessThanOrEqualTo(roomy - 100 * MIB);
    }

    @Test
    void asManyLayersAreKeptAsFit() {
        long roomy = plan(2048, 1L << 40).bytes();
        MemoryPlan half = plan(2048, roomy - 500 * MIB);
        assertThat(half.microTokens()).isEqualTo(2048);
        assertThat(half.keptLayers()).isBetween(1, 29);
        assertThat(half.bytes()).isLessThanOrEqualTo(roomy - 500 * MIB);
        assertThat(plan(2048, roomy - 700 * MIB).keptLayers()).isLessThan(half.keptLayers());
    }

    @Test
    void tooLittleNamesWhatIsNeededAndWhatHelps() {
        assertThatThrownBy(() -> plan(400, 300 * MIB))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--memory-limit is 0.29 GiB")
                .hasMessageContaining("--weights nf4");
    }

    /** Qwen3-8B in NF4. */
    private static final NativeModelConfig QWEN3_8B = NativeModelConfig.builder()
            .device(0)
            .weights(NativeWeights.NF4)
            .tableWeights(NativeWeights.BF16)
            .layers(36)
            .hiddenSize(4096)
            .intermediateSize(12_288)
            .heads(32)
            .kvHeads(8)
            .headDim(128)
            .vocabSize(151_936)
            .qkNorm(true)
            .rmsNormEps(1e-6f)
            .build();

    private static final long GIB = 1L << 30;

    private static MemoryPlan.Trainer rank16() {
        return (tokens, keptLayers) -> NativeTrainerOptions.builder(16, 127, tokens)
                .keptLayers(keptLayers)
                .compute(NativeCompute.BF16)
                .threads(1)
                .build();
    }

    private static MemoryPlan onCard(int longest, int batchTokens, long bytes) {
        MemoryPlan.Demand demand = new MemoryPlan.Demand(longest, batchTokens, 0, 0, 0);
        MemoryPlan plan = MemoryPlan.choose(QWEN3_8B, rank16(), demand, Budget.card(bytes));
        assertThat(plan.bytes()).isLessThanOrEqualTo(bytes);
        return plan;
    }

    @Test
    void aLargeGpuComputesNothingTwiceAndConvertsNoWeightTwice() {
        MemoryPlan plan = onCard(2048, 4096, 80 * GIB);
        assertThat(plan.layout()).isEqualTo(new Layout(4096, 36, 37, false, false, false));
        assertThat(plan.memory().host()).isZero();
    }

    @Test
    void eightBillionParametersTrainInSixGib() {
        MemoryPlan plan = onCard(2048, 4096, 6 * GIB);
        assertThat(plan.microTokens()).isEqualTo(2048);
        assertThat(plan.layout().hostEmbedding()).isTrue();
        // The embedding and the inputs of 36 layers.
        assertThat(plan.memory().host()).isGreaterThan(151_936L * 4096 * 2);
    }

    @Test
    void contextsOf24ThousandTokensFitTheReferenceCard() {
        long card = GIB * 112 / 10;
        MemoryPlan.Demand demand = new MemoryPlan.Demand(2048, 4096, 0, 0, 0);
        assertThat(MemoryPlan.longest(QWEN3_8B, rank16(), demand, Budget.card(card), 40_960))
                .isGreaterThanOrEqualTo(24_576);
        MemoryPlan plan = onCard(24_576, 24_576, card);
        assertThat(plan.microTokens()).isEqualTo(24_576);
        assertThat(plan.layout().offload()).isTrue();
        assertThat(plan.layout().eightBitTables()).isFalse();
    }

    @Test
    void eachStepDownIsTakenOnlyWhereTheOneBeforeIsTooMuch() {
        int[] costs = new int[4];
        for (long bytes = 40 * GIB; bytes >= 6 * GIB; bytes -= GIB / 2) {
            Layout layout = onCard(2048, 2048, bytes).layout();
            int[] now = {
                36 - layout.keptLayers(),
                layout.hostEmbedding() ? 1 : 0,
                layout.offload() ? 1 : 0,
                layout.eightBitTables() ? 1 : 0
            };
            for (int i = 0; i < now.length; i++) {
                assertThat(now[i]).as("cost %d at %d bytes", i, bytes).isGreaterThanOrEqualTo(costs[i]);
            }
            assertThat(layout.keptLayers() < 36 && !layout.hostEmbedding()).isFalse();
            assertThat(layout.offload() && layout.keptLayers() > 0).isFalse();
            costs = now;
        }
    }

    @Test
    void tooLittleOfAGpuOrOfMainMemoryIsToldApart() {
        assertThatThrownBy(() -> onCard(2048, 4096, 4 * GIB))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("the GPU gives 4.00 GiB");
        MemoryPlan.Demand demand = new MemoryPlan.Demand(24_576, 24_576, 0, 0, 0);
        Budget little = new Budget(GIB * 112 / 10, 0, true, true, 2 * GIB);
        assertThatThrownBy(() -> MemoryPlan.choose(QWEN3_8B, rank16(), demand, little))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("GiB of main memory and 2.00 GiB are free");
    }
}
