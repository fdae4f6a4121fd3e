package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

final class LoraTargetTest {
    @Test
    void targetsAreNamedWithOrWithoutTheirPath() {
        assertThat(LoraTarget.parse("q_proj, mlp.up_proj")).isEqualTo(EnumSet.of(LoraTarget.Q, LoraTarget.UP));
        assertThat(LoraTarget.bits(LoraTarget.parse("q_proj,down_proj"))).isEqualTo(65);
    }

    @Test
    void groupsStandForTheirLinears() {
        assertThat(LoraTarget.bits(LoraTarget.parse("all-linear"))).isEqualTo(127);
        assertThat(LoraTarget.bits(LoraTarget.parse("attention"))).isEqualTo(15);
        assertThat(LoraTarget.bits(LoraTarget.parse("mlp,q_proj"))).isEqualTo(113);
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> LoraTarget.parse("q_proj,qproj"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("\"qproj\"")
                .hasMessageContaining("attention")
                .hasMessageContaining("down_proj");
    }
}
