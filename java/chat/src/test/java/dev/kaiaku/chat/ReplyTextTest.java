package dev.kaiaku.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTextTest {
    private final List<String> pieces = new ArrayList<>();
    private final ReplyText reply = new ReplyText(pieces::add);

    @Test
    void piecesArePassedOnAsTheyCome() {
        reply.add("oi");
        reply.add(" gente");

        assertThat(pieces).containsExactly("oi", " gente");
    }

    @Test
    void whiteSpaceWaitsForTheTextBehindIt() {
        reply.add("oi\n");
        reply.add(" ");
        assertThat(pieces).containsExactly("oi");

        reply.end();

        assertThat(pieces).containsExactly("oi");
        assertThat(reply.raw()).isEqualTo("oi");
    }

    @Test
    void newlineInsideAMessageIsShownWithoutItsTwoSpaces() {
        reply.add("uma\n");
        reply.add("  duas\n   três");
        reply.end();

        assertThat(reply.shown()).isEqualTo("uma\nduas\n três");
        assertThat(reply.raw()).isEqualTo("uma\n  duas\n   três");
        assertThat(String.join("", pieces)).isEqualTo(reply.shown());
    }

    @Test
    void lineOfSomebodyElseEndsTheReplyAndIsNeverShown() {
        boolean wanted = true;
        for (String piece : List.of("claro", "\n", "[", "jo", "ão", "]", ":", " eu vou")) {
            wanted = wanted && reply.add(piece);
        }
        reply.end();

        assertThat(wanted).isFalse();
        assertThat(reply.shown()).isEqualTo("claro");
        assertThat(reply.raw()).isEqualTo("claro");
        assertThat(String.join("", pieces)).isEqualTo("claro");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[sic] foi isso", "a [b]: c", "[1] primeiro", "linha\n  [ana]: citada"})
    void bracketsThatNameNoSpeakerAreText(String text) {
        text.codePoints().forEach(c -> reply.add(Character.toString(c)));
        reply.end();

        assertThat(reply.raw()).isEqualTo(text);
        assertThat(String.join("", pieces)).isEqualTo(text.replace("\n  ", "\n"));
    }

    @Test
    void openBracketAtTheEndIsText() {
        reply.add("[hm");
        assertThat(pieces).isEmpty();

        reply.end();

        assertThat(pieces).containsExactly("[hm");
    }

    @Test
    void replyThatIsAllSomebodyElseIsEmpty() {
        assertThat(reply.add("[ana]: oi")).isFalse();
        reply.end();

        assertThat(reply.shown()).isEmpty();
        assertThat(pieces).isEmpty();
    }
}
