package dev.kaiaku.trainer.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    private static final float[] LOGITS = {9, 0, (float) Math.log(6), (float) Math.log(3), -20};

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.8})
    void whatIsNoNumberGivesNoToken(double temperature) {
        Sampler sampler = new Sampler(new Sampler.Settings(temperature, 0.95, 0), 1);
        assertThat(sampler.draw(new float[] {1, Float.NaN, 2}, 0, 3)).isEqualTo(Sampler.NONE);
        assertThat(sampler.draw(new float[] {Float.NaN, 1, 2}, 0, 3)).isEqualTo(Sampler.NONE);
        assertThat(sampler.draw(new float[] {1, Float.POSITIVE_INFINITY, 2}, 0, 3))
                .isEqualTo(Sampler.NONE);
    }

    @Test
    void drawsAsOftenAsTheProbabilitiesSay() {
        Sampler sampler = new Sampler(new Sampler.Settings(1, 1, 0), 1);
        int[] counts = new int[4];
        IntStream.range(0, 20_000).forEach(i -> counts[sampler.draw(LOGITS, 1, 4)]++);
        assertThat(counts[0] / 20_000.0).isCloseTo(0.1, within(0.01));
        assertThat(counts[1] / 20_000.0).isCloseTo(0.6, within(0.01));
        assertThat(counts[2] / 20_000.0).isCloseTo(0.3, within(0.01));
    }

    @Test
    void topPAndMinPLeaveOutWhatIsImprobable() {
        Sampler nucleus = new Sampler(new Sampler.Settings(1, 0.85, 0), 1);
        Sampler floor = new Sampler(new Sampler.Settings(1, 1, 0.4), 1);
        for (int i = 0; i < 500; i++) {
            assertThat(nucleus.draw(LOGITS, 1, 4)).isIn(1, 2);
            assertThat(floor.draw(LOGITS, 1, 4)).isIn(1, 2);
        }
        assertThat(new Sampler(new Sampler.Settings(0, 1, 0), 1).draw(LOGITS, 1, 4))
                .isEqualTo(1);
    }
}
