package dev.kaiaku.chat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentTextsTest {
    private final RecentTexts texts = new RecentTexts(2);

    @Test
    void theLongestCommonBeginningCounts() {
        texts.add("oi, ana");
        texts.add("oi, bia, tudo bem?");

        assertThat(texts.sharedBeginning("oi, bia, vem")).isEqualTo(9);
        assertThat(texts.sharedBeginning("oi, ana e bia")).isEqualTo(7);
        assertThat(texts.sharedBeginning("e aí")).isZero();
    }

    @Test
    void aTextThatGoesOnTakesThePlaceOfItsBeginningAndTheOldestGoes() {
        texts.add("um");
        texts.add("dois");
        texts.add("um e meio");
        assertThat(texts.sharedBeginning("dois")).isEqualTo(4);

        texts.add("três");

        assertThat(texts.sharedBeginning("dois")).isZero();
        assertThat(texts.sharedBeginning("um e meio")).isEqualTo(9);
    }
}
