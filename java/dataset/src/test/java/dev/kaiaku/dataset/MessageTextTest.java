package dev.kaiaku.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "oi", "a\nb", "a\n\nb", "a\n  b", "a\n    b\n", "[ana]: oi\n[beto]: não"})
    void unfoldsWhatItFolded(String message) {
        assertThat(MessageText.unfold(MessageText.fold(message))).isEqualTo(message);
    }

    @Test
    void noLineOfAMessageLooksLikeASpeaker() {
        assertThat(MessageText.fold("oi\n[beto]: falso").lines().skip(1)).allMatch(line -> line.startsWith("  "));
    }

    @Test
    void tellsTheMessagesOfABurstApart() {
        List<String> burst = List.of("primeiro", "em\nduas\n\nlinhas", "último");
        String content = String.join("\n", burst.stream().map(MessageText::fold).toList());
        assertThat(MessageText.split(content)).isEqualTo(burst);
        assertThat(MessageText.split("só um")).containsExactly("só um");
    }
}
