package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ScheduleTest {
    @Test
    void warmsUpOverATwentiethOfTheSteps() {
        Schedule schedule = new Schedule(1e-3, 200);
        assertThat(schedule.lr(0)).isCloseTo(1e-4, within(1e-12));
        assertThat(schedule.lr(4)).isCloseTo(5e-4, within(1e-12));
        assertThat(schedule.lr(9)).isCloseTo(1e-3, within(1e-12));
    }

    @Test
    void warmsUpOverFiveStepsAtLeast() {
        Schedule schedule = new Schedule(1, 80);
        assertThat(schedule.lr(0)).isCloseTo(0.2, within(1e-12));
        assertThat(schedule.lr(4)).isCloseTo(1, within(1e-12));
    }

    @Test
    void fallsAsACosineToATenth() {
        Schedule schedule = new Schedule(1, 105);
        assertThat(schedule.lr(5)).isCloseTo(1, within(1e-12));
        assertThat(schedule.lr(55)).isCloseTo(0.55, within(1e-12));
        assertThat(schedule.lr(104)).isCloseTo(0.1, within(1e-3));
    }

    @Test
    void aRunShorterThanTheWarmUpEndsAtItsPeak() {
        Schedule schedule = new Schedule(1, 2);
        assertThat(schedule.lr(0)).isCloseTo(0.5, within(1e-12));
        assertThat(schedule.lr(1)).isCloseTo(1, within(1e-12));
    }
}
