package dev.kaiaku.dataset.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonEscapesTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "\\\\x0F", "\\n\\\"\\u00e9", "x0F", "\\\\\\\\x41", "\\"})
    void leavesValidJson(String text) throws IOException {
        assertThat(mended(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "a\\x0Fb, a\\u000Fb",
        "\\x41\\x1f, \\u0041\\u001f",
        "\\xZ, \\\\xZ",
        "\\x4\\n, \\\\x4\\n",
        "\\x, \\\\x",
        "\\x\\x41, \\\\x\\u0041"
    })
    void mendsEscapesOfTwoDigits(String text, String expected) throws IOException {
        assertThat(mended(text)).isEqualTo(expected);
    }

    @Test
    void worksAcrossTheEndsOfItsBuffers() throws IOException {
        String text = "\\x0F".repeat(20_001);
        for (int shift = 0; shift < 4; shift++) {
            assertThat(mended("-".repeat(shift) + text)).isEqualTo("-".repeat(shift) + "\\u000F".repeat(20_001));
        }
    }

    @Test
    void passesOverAByteOrderMark() throws IOException {
        assertThat(mended("\uFEFF{\uFEFF}")).isEqualTo("{\uFEFF}");
    }

    private static String mended(String text) throws IOException {
        StringWriter out = new StringWriter();
        new JsonEscapes(new StringReader(text)).transferTo(out);
        return out.toString();
    }
}
