package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kaiaku.trainer.options.OptimizerOptions;
import dev.kaiaku.trainer.options.ScheduleShape;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
    private static Schedule cosine(double peak, int steps) {
        return of(ScheduleShape.COSINE, OptimizerOptions.AUTO_WARMUP, peak, steps);
    }

    private static Schedule of(ScheduleShape shape, double warmup, double peak, int steps) {
        return Schedule.of(new OptimizerOptions(peak, shape, warmup, 1, 0, 1), peak, steps);
    }

    @Test
    void warmsUpOverATwentiethOfTheSteps() {
        Schedule schedule = cosine(1e-3, 200);
        assertThat(schedule.lr(0)).isCloseTo(1e-4, within(1e-12));
        assertThat(schedule.lr(4)).isCloseTo(5e-4, within(1e-12));
        assertThat(schedule.lr(9)).isCloseTo(1e-3, within(1e-12));
    }

    @Test
    void warmsUpOverFiveStepsAtLeast() {
        Schedule schedule = cosine(1, 80);
        assertThat(schedule.lr(0)).isCloseTo(0.2, within(1e-12));
        assertThat(schedule.lr(4)).isCloseTo(1, within(1e-12));
    }

    @Test
    void fallsAsACosineToATenth() {
        Schedule schedule = cosine(1, 105);
        assertThat(schedule.lr(5)).isCloseTo(1, within(1e-12));
        assertThat(schedule.lr(55)).isCloseTo(0.55, within(1e-12));
        assertThat(schedule.lr(104)).isCloseTo(0.1, within(1e-3));
    }

    @Test
    void aRunShorterThanTheWarmUpEndsAtItsPeak() {
        Schedule schedule = cosine(1, 2);
        assertThat(schedule.lr(0)).isCloseTo(0.5, within(1e-12));
        assertThat(schedule.lr(1)).isCloseTo(1, within(1e-12));
    }

    @Test
    void warmUpIsANumberOfUpdatesOrTheirShare() {
        assertThat(of(ScheduleShape.CONSTANT, 0, 1, 100).lr(0)).isEqualTo(1);
        assertThat(of(ScheduleShape.CONSTANT, 10, 1, 100).lr(0)).isCloseTo(0.1, within(1e-12));
        assertThat(of(ScheduleShape.CONSTANT, 0.2, 1, 100).lr(0)).isCloseTo(0.05, within(1e-12));
        assertThat(of(ScheduleShape.CONSTANT, 10, 1, 100).lr(99)).isEqualTo(1);
    }

    @Test
    void fallsAsALineToATenth() {
        Schedule schedule = of(ScheduleShape.LINEAR, 0, 1, 100);
        assertThat(schedule.lr(50)).isCloseTo(0.55, within(1e-12));
        assertThat(schedule.lr(99)).isCloseTo(0.1, within(1e-2));
    }
}
