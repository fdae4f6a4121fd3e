package dev.kaiaku.chat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Utf8PiecesTest {
    private final Utf8Pieces pieces = new Utf8Pieces();

    @Test
    void charactersThatAreCutAreJoined() {
        StringBuilder text = new StringBuilder();
        for (byte b : "olá 😀 你好".getBytes(StandardCharsets.UTF_8)) {
            String piece = pieces.add(new byte[] {b});
            assertThat(piece).doesNotContain("\uFFFD");
            text.append(piece);
        }

        assertThat(text).hasToString("olá 😀 你好");
    }

    @Test
    void bytesThatAreNoTextAreMarked() {
        assertThat(pieces.add(new byte[] {'a', (byte) 0xff, 'b'})).isEqualTo("a\uFFFDb");
    }
}
