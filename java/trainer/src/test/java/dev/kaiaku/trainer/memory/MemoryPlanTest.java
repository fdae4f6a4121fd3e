package dev.kaiaku.trainer.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainerOptions;
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
}
