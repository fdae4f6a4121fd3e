package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.kaiaku.bindings.NativeMemory;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeTrainer;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.BaseSketch;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.hub.Catalogue;
import dev.kaiaku.trainer.Forecast.Card;
import dev.kaiaku.trainer.forecast.DataSize;
import dev.kaiaku.trainer.memory.MemoryPlan;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ForecastTest {
    private static final long GIB = 1L << 30;
    private static final double RTX_3060 = 25.5e12;

    @TempDir
    Path folder;

    private static TrainOptionsBuilder onProcessor() {
        return TrainOptions.builder().device(Device.CPU).threads(1);
    }

    private static Forecast of(String name, TrainOptions options, long vram) {
        BaseSketch sketch = Catalogue.load().find(name).orElseThrow().sketch();
        return Forecast.of(sketch, options, new Card(vram, RTX_3060), null, Progress.NONE);
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightsForm.class,
            names = {"NF4", "BF16", "F32", "FILE"})
    void theMemoryIsWhatTrainingTakes(WeightsForm weights) {
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(Architecture.QWEN3));
        TrainOptions options = onProcessor().weights(weights).seqLen(256).build();
        try (BaseModel base = BaseModels.open(folder.resolve("base"))) {
            Forecast forecast =
                    Forecast.of(BaseSketch.read(base.path()), options, new Card(0, RTX_3060), null, Progress.NONE);
            NativeMemory planned = forecast.memory().memory();
            try (NativeModel model = BaseLoader.load(base, weights, Device.CPU, Progress.NONE);
                    NativeTrainer trainer = NativeTrainer.create(
                            model,
                            forecast.memory()
                                    .layout()
                                    .apply(Preparation.trainerOptions(options, 1, forecast.compute())))) {
                assertThat(trainer.memory().total()).isCloseTo(planned.total(), withinPercentage(3));
                assertThat(trainer.memory().weights()).isCloseTo(planned.weights(), withinPercentage(3));
            }
            assertThat(forecast.measured()).isTrue();
            assertThat(forecast.tokensPerSecond()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3-8b", "qwen2.5-7b-instruct", "llama-3.1-8b", "qwen3-4b"})
    void basesOfTheReferenceCardFitIt(String name) {
        Forecast forecast = of(name, TrainOptions.defaults(), 12 * GIB);
        assertThat(forecast.weights()).isEqualTo(WeightsForm.NF4);
        assertThat(forecast.memory().bytes()).isLessThanOrEqualTo(12 * GIB);
        assertThat(forecast.longestContext()).isGreaterThanOrEqualTo(2048);
        assertThat(forecast.measured()).isFalse();
    }

    @Test
    void theWeightsOfQwen3AreThoseThatItsSizesAmountTo() {
        // 6,946 million in NF4 with 0.516 bytes each, and embedding and head in bf16, the former in main memory.
        double layers = 6946e6 * (0.5 + 1 / 64.0 + 4 / 64.0 / 256);
        double table = 2.0 * 151_936 * 4096;
        MemoryPlan plan = of("qwen3-8b", TrainOptions.defaults(), 12 * GIB).memory();
        assertThat(plan.memory().weights()).isCloseTo(Math.round(layers + table), withinPercentage(1));
        assertThat(plan.layout().hostEmbedding()).isTrue();
        assertThat(plan.memory().host()).isGreaterThanOrEqualTo((long) table);
    }

    @Test
    void moreMemoryTakesLongerExamplesAndKeepsMoreLayers() {
        Forecast small = of("qwen3-4b", TrainOptions.defaults(), 8 * GIB);
        Forecast large = of("qwen3-4b", TrainOptions.defaults(), 12 * GIB);
        assertThat(large.longestContext()).isGreaterThan(small.longestContext());
        assertThat(large.memory().keptLayers()).isGreaterThan(small.memory().keptLayers());
        assertThat(large.tokensPerSecond()).isGreaterThan(small.tokensPerSecond());
        assertThatThrownBy(() -> of("qwen3-4b", TrainOptions.defaults(), 2 * GIB))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("the GPU gives 2.00 GiB");
    }

    @Test
    void dataIsCountedByTheTokeniserOrEstimated() throws IOException {
        Files.writeString(folder.resolve("train.jsonl"), """
            {"messages":[{"role":"user","content":"[ana]: what do you say to that?"},\
            {"role":"assistant","content":"ahoy ahoy, mate"}]}
            """);
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(Architecture.LLAMA));
        try (BaseModel base = BaseModels.open(folder.resolve("base"))) {
            DataSize counted = DataSize.read(folder, base, 512, Progress.NONE);
            assertThat(counted.counted()).isTrue();
            assertThat(counted.longest()).isEqualTo((int) counted.tokens());
            assertThat(counted.meanLength()).isEqualTo((double) counted.tokens());
            DataSize estimated = DataSize.read(folder, null, 512, Progress.NONE);
            assertThat(estimated.counted()).isFalse();
            assertThat(estimated.targets()).isBetween(1L, estimated.tokens() - 1);
            Forecast forecast = Forecast.of(
                    BaseSketch.read(base.path()),
                    onProcessor().epochs(2).build(),
                    new Card(0, RTX_3060),
                    counted,
                    Progress.NONE);
            assertThat(forecast.trainingTokens()).isEqualTo(2.0 * counted.tokens());
            assertThat(forecast.seconds()).isPositive();
        }
    }
}
