package dev.kaiaku.serve.discord;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.chat.Said;
import dev.kaiaku.serve.discord.ChannelText.Posted;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelTextTest {
    @Test
    void lastMessageOfABurstSaysWhatWroteIt() {
        assertThat(ChannelText.posts(List.of("oi", "tudo bem?"), "ana"))
                .containsExactly("oi", "tudo bem?\n-# a machine imitating ana");
        assertThat(ChannelText.posts(List.of(), "ana")).isEmpty();
    }

    @Test
    void labelIsNoPartOfTheHistory() {
        List<String> posts = ChannelText.posts(List.of("oi", "tudo\nbem?"), "ana");

        List<Said> said = ChannelText.history(
                List.of(
                        new Posted("joao", "e aí", false),
                        new Posted("joao", " ", false),
                        new Posted("bot", posts.get(0), true),
                        new Posted("bot", posts.get(1), true)),
                "ana");

        assertThat(said)
                .containsExactly(
                        new Said("joao", "e aí", false),
                        new Said("ana", "oi", true),
                        new Said("ana", "tudo\nbem?", true));
    }

    @Test
    void longMessagesAreCutWithoutBreakingCharacters() {
        String text = "a" + "😀".repeat(1500);

        List<String> posts = ChannelText.posts(List.of(text), "ana");

        assertThat(posts).allMatch(post -> post.length() <= 2000);
        assertThat(posts).noneMatch(post -> Character.isLowSurrogate(post.charAt(0)));
        assertThat(String.join("", posts)).startsWith(text);
    }
}
