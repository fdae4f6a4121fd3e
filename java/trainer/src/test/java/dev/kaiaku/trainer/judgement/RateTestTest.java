package dev.kaiaku.trainer.judgement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Progress;
import org.junit.jupiter.api.Test;

final class RateTestTest {
    @Test
    void theRateIsAShareOfWhereTheLossIsLowest() {
        RateTest test = RateTest.run(lr -> 2 + Math.abs(Math.log10(lr) + 3), 4, Progress.NONE);
        assertThat(test.lr()).isBetween(0.8 * RateTest.SHARE * 1e-3, 1.2 * RateTest.SHARE * 1e-3);
        assertThat(test.curve()).hasSizeLessThan(RateTest.STEPS);
    }

    @Test
    void aLossThatBreaksEndsTheTest() {
        RateTest test = RateTest.run(lr -> lr > 1e-3 ? Double.NaN : 3 - lr, 4, Progress.NONE);
        assertThat(test.curve()).hasSizeLessThan(RateTest.STEPS);
        assertThat(test.lr()).isBetween(1e-4, 3e-4);
    }

    @Test
    void withoutAnyFallTheRateIsCautious() {
        assertThat(RateTest.run(lr -> 5, 4, Progress.NONE).lr()).isEqualTo(RateTest.CAUTIOUS);
        assertThat(RateTest.run(lr -> Double.NaN, 4, Progress.NONE).curve()).isEmpty();
    }
}
