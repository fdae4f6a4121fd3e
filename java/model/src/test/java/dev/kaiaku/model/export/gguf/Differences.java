package dev.kaiaku.model.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;

/** Comparison of arrays too long for a comparison element by element. */
final class Differences {
    private Differences() {}

    /** The largest absolute difference; NaN where there is one. */
    static float largest(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        float largest = 0;
        for (int i = 0; i < actual.length; i++) {
            float difference = Math.abs(actual[i] - expected[i]);
            largest = Float.isNaN(largest) || difference <= largest ? largest : difference;
        }
        return largest;
    }
}
