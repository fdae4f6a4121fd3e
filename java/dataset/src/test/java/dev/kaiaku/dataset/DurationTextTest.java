package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationTextTest {
    @ParameterizedTest
    @CsvSource({"90s,PT1M30S,1m30s", "5m,PT5M,5m", "1h,PT1H,1h", "1H30M,PT1H30M,1h30m", "0s,PT0S,0s", "48h,PT48H,48h"})
    void readsAndWritesLengthsOfTime(String text, Duration duration, String written) {
        assertThat(DurationText.parse(text)).isEqualTo(duration);
        assertThat(DurationText.format(duration)).isEqualTo(written);
        assertThat(DurationText.parse(written)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "5x", "-5m", "5m1h", "1.5h"})
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> DurationText.parse(text))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("write 90s, 5m or 1h");
    }
}
