package dev.kaiaku.model.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.architecture.Features;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.architecture.Rope;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The types that llama-quantize gives, as its source has them. */
class QuantMixTest {
    private static final String VALUE = "self_attn.v_proj";
    private static final String DOWN = "mlp.down_proj";

    @Test
    void mediumMixesGiveMoreBitsToValuesAndDownOfSomeLayers() {
        QuantMix mix = mix(QuantType.Q4_K_M, 28, 4);

        assertThat(layers(mix, 28, DOWN, TensorType.Q6_K))
                .containsExactly(0, 1, 2, 5, 8, 11, 14, 17, 20, 23, 24, 25, 26, 27);
        assertThat(layers(mix, 28, VALUE, TensorType.Q6_K)).hasSize(14);
        assertThat(layers(mix, 28, DOWN, TensorType.Q4_K)).hasSize(14);
        assertThat(layers(mix(QuantType.Q5_K_M, 32, 4), 32, VALUE, TensorType.Q6_K))
                .containsExactly(0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31);
    }

    @Test
    void smallMixesGiveMoreBitsToTheFirstLayersAlone() {
        QuantMix mix = mix(QuantType.Q4_K_S, 32, 4);

        assertThat(layers(mix, 32, VALUE, TensorType.Q5_K)).containsExactly(0, 1, 2, 3);
        assertThat(layers(mix, 32, DOWN, TensorType.Q5_K)).containsExactly(0, 1, 2, 3);
        assertThat(layers(mix(QuantType.Q5_K_S, 32, 4), 32, VALUE, TensorType.Q5_K))
                .hasSize(32);
    }

    @Test
    void threeBitsAreOnlyForWhatBearsThem() {
        QuantMix mix = mix(QuantType.Q3_K_M, 32, 4);

        assertThat(layers(mix, 32, VALUE, TensorType.Q5_K)).containsExactly(0, 1);
        assertThat(layers(mix, 32, VALUE, TensorType.Q4_K)).hasSize(30);
        assertThat(layers(mix, 32, DOWN, TensorType.Q5_K)).containsExactly(0, 1);
        assertThat(layers(mix, 32, "self_attn.o_proj", TensorType.Q4_K)).hasSize(32);
        assertThat(layers(mix, 32, "mlp.up_proj", TensorType.Q3_K)).hasSize(32);
    }

    @Test
    void importanceSparesAndCostsBits() {
        assertThat(layers(mix(QuantType.IQ4_NL, 32, 2), 32, DOWN, TensorType.Q5_K))
                .containsExactly(0, 1, 2, 3);
        assertThat(layers(mix(QuantType.IQ4_NL, 32, 4), 32, VALUE, TensorType.Q5_K))
                .hasSize(32);
        QuantMix weighed = new QuantMix(QuantType.IQ4_NL, config(32, 2, true), true);
        assertThat(layers(weighed, 32, DOWN, TensorType.IQ4_NL)).hasSize(32);
        QuantMix zero = new QuantMix(QuantType.Q4_0, config(32, 2, true), true);
        assertThat(layers(zero, 32, DOWN, TensorType.Q4_1)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void theOutputHasSixBitsWhicheverTensorItIs() {
        TensorInfo embedding = matrix("model.embed_tokens.weight", 256);
        TensorInfo head = matrix("lm_head.weight", 256);

        assertThat(new QuantMix(QuantType.Q4_K_M, config(4, 2, true), false).typeOf(embedding))
                .isEqualTo(TensorType.Q6_K);
        assertThat(new QuantMix(QuantType.Q4_K_M, config(4, 2, false), false).typeOf(embedding))
                .isEqualTo(TensorType.Q4_K);
        assertThat(new QuantMix(QuantType.Q4_0, config(4, 2, false), false).typeOf(head))
                .isEqualTo(TensorType.Q6_K);
        assertThat(new QuantMix(QuantType.Q8_0, config(4, 2, false), false).typeOf(head))
                .isEqualTo(TensorType.Q8_0);
    }

    @ParameterizedTest
    @CsvSource({"Q3_K_M, Q4_0", "Q4_K_M, Q5_0", "Q5_K_S, Q5_1", "Q6_K, Q8_0", "Q4_0, Q4_0", "IQ4_NL, IQ4_NL"})
    void rowsThatFillNoBlocksGetSmallerOnes(QuantType type, TensorType linear) {
        QuantMix mix = mix(type, 4, 2);

        assertThat(mix.typeOf(matrix("model.layers.1.mlp.up_proj.weight", 576))).isEqualTo(linear);
        assertThat(mix.typeOf(matrix("model.embed_tokens.weight", 576))).isEqualTo(TensorType.Q8_0);
        assertThat(mix.typeOf(matrix("model.layers.1.mlp.up_proj.weight", 180))).isEqualTo(TensorType.F16);
    }

    private static List<Integer> layers(QuantMix mix, int layers, String linear, TensorType type) {
        return IntStream.range(0, layers)
                .filter(layer -> mix.typeOf(matrix("model.layers." + layer + "." + linear + ".weight", 256)) == type)
                .boxed()
                .toList();
    }

    private static TensorInfo matrix(String name, long columns) {
        return new TensorInfo(name, TensorType.BF16, List.of(8L, columns));
    }

    private static QuantMix mix(QuantType type, int layers, int headsEach) {
        return new QuantMix(type, config(layers, headsEach, true), false);
    }

    private static ModelConfig config(int layers, int headsEach, boolean tied) {
        Rope rope = new Rope(10_000, new Rope.None());
        return new ModelConfig(
                Architecture.LLAMA,
                layers,
                256,
                768,
                8,
                8 / headsEach,
                32,
                512,
                128,
                1e-5f,
                rope,
                tied,
                Features.plain(32));
    }
}
