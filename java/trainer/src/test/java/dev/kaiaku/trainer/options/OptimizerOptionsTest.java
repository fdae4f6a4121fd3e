package dev.kaiaku.trainer.options;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OptimizerOptionsTest {
    @Test
    void narrowBasesLearnAtHigherRates() {
        assertThat(OptimizerOptions.usualLr(4096)).isEqualTo(2e-4);
        assertThat(OptimizerOptions.usualLr(2048)).isEqualTo(4e-4);
        assertThat(OptimizerOptions.usualLr(8192)).isEqualTo(1e-4);
        assertThat(OptimizerOptions.usualLr(576)).isEqualTo(1e-3);
    }
}
