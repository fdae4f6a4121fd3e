package dev.kaiaku.trainer.packing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.model.format.EncodedConversation;
import org.junit.jupiter.api.Test;

final class ExampleTest {
    private static final EncodedConversation FIVE =
            new EncodedConversation(new int[] {10, 11, 12, 13, 14}, new boolean[] {false, true, false, true, true});

    @Test
    void aConversationThatFitsStaysWhole() {
        Example example = Example.of(FIVE, false);
        assertThat(example.tokens()).containsExactly(10, 11, 12, 13, 14);
        assertThat(example.learn()).containsExactly(0, 1, 0, 1, 1);
        assertThat(example.cut()).isFalse();
        assertThat(example.targets()).isEqualTo(3);
    }

    @Test
    void theOldestTokensGoFirst() {
        Example example = Example.end(FIVE, 3, false);
        assertThat(example.tokens()).containsExactly(12, 13, 14);
        assertThat(example.learn()).containsExactly(0, 1, 1);
        assertThat(example.cut()).isTrue();
    }

    @Test
    void theBeginningOfSequenceStays() {
        assertThat(Example.end(FIVE, 3, true).tokens()).containsExactly(10, 13, 14);
    }

    @Test
    void theFirstTokenIsNeverLearned() {
        Example example = Example.end(FIVE, 2, false);
        assertThat(example.tokens()).containsExactly(13, 14);
        assertThat(example.learn()).containsExactly(0, 1);
    }
}
