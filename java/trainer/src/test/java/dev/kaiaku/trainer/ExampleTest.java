package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.format.EncodedConversation;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

final class ExampleTest {
    private static final EncodedConversation FIVE =
            new EncodedConversation(new int[] {10, 11, 12, 13, 14}, new boolean[] {false, true, false, true, true});

    @Test
    void aConversationThatFitsStaysWhole() {
        Example example = Example.of(FIVE, 5, false);
        assertThat(example.tokens()).containsExactly(10, 11, 12, 13, 14);
        assertThat(example.learn()).containsExactly(0, 1, 0, 1, 1);
        assertThat(example.cut()).isFalse();
        assertThat(example.targets()).isEqualTo(3);
    }

    @Test
    void theOldestTokensGoFirst() {
        Example example = Example.of(FIVE, 3, false);
        assertThat(example.tokens()).containsExactly(12, 13, 14);
        assertThat(example.learn()).containsExactly(0, 1, 1);
        assertThat(example.cut()).isTrue();
    }

    @Test
    void theBeginningOfSequenceStays() {
        assertThat(Example.of(FIVE, 3, true).tokens()).containsExactly(10, 13, 14);
    }

    @Test
    void theFirstTokenIsNeverLearned() {
        Example example = Example.of(FIVE, 2, false);
        assertThat(example.tokens()).containsExactly(13, 14);
        assertThat(example.learn()).containsExactly(0, 1);
    }

    @Test
    void targetsAreNamedWithOrWithoutTheirPath() {
        assertThat(LoraTarget.parse("all-linear")).hasSize(7);
        assertThat(LoraTarget.parse("q_proj, mlp.up_proj")).isEqualTo(EnumSet.of(LoraTarget.Q, LoraTarget.UP));
        assertThat(LoraTarget.bits(LoraTarget.parse("q_proj,down_proj"))).isEqualTo(65);
        assertThatThrownBy(() -> LoraTarget.parse("q_proj,qproj"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("\"qproj\"")
                .hasMessageContaining("down_proj");
    }
}
