package dev.kaiaku.serve.discord;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplyRuleTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final ReplyRule rule =
            new ReplyRule(new DiscordOptions(Set.of(1L), Set.of(10L, 11L), 0.25, 30, 2), () -> 0.25);

    @Test
    void whoAddressesItIsAnswered() {
        assertThat(rule.answers(heard(1, 10, false, true, 0))).isTrue();
    }

    @Test
    void otherProgramsAreNot() {
        assertThat(rule.answers(heard(1, 10, true, true, 0))).isFalse();
    }

    @Test
    void otherPlacesAreNot() {
        assertThat(rule.answers(heard(2, 10, false, true, 0))).isFalse();
        assertThat(rule.answers(heard(1, 12, false, true, 0))).isFalse();
        assertThat(rule.answers(heard(0, 10, false, true, 0))).isFalse();
    }

    @Test
    void chanceDecidesOverTheRest() {
        ReplyRule chatty = new ReplyRule(new DiscordOptions(Set.of(), Set.of(), 0.3, 30, 2), () -> 0.25);

        assertThat(rule.answers(heard(1, 10, false, false, 0))).isFalse();
        assertThat(chatty.answers(heard(1, 10, false, false, 0))).isTrue();
    }

    @Test
    void everyChannelHasItsRate() {
        assertThat(rule.answers(heard(1, 10, false, true, 0))).isTrue();
        assertThat(rule.answers(heard(1, 10, false, true, 10))).isTrue();
        assertThat(rule.answers(heard(1, 10, false, true, 20))).isFalse();
        assertThat(rule.answers(heard(1, 11, false, true, 20))).isTrue();
        assertThat(rule.answers(heard(1, 10, false, true, 61))).isTrue();
    }

    private static ReplyRule.Heard heard(long server, long channel, boolean bot, boolean addressed, int second) {
        return new ReplyRule.Heard(server, channel, bot, addressed, NOON.plusSeconds(second));
    }
}
