package dev.kaiaku.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTextTest {
    private final List<Piece> pieces = new ArrayList<>();
    private final ReplyText reply = new ReplyText(List.of("FIM", "\n\n\n"), false, pieces::add);

    @Test
    void piecesArePassedOnAsTheyCome() {
        reply.add("oi");
        reply.add(" gente");

        assertThat(pieces).containsExactly(new Piece(0, "oi"), new Piece(0, " gente"));
    }

    @Test
    void whiteSpaceWaitsForTheTextBehindIt() {
        reply.add("\noi\n");
        reply.add(" ");
        assertThat(pieces).containsExactly(new Piece(0, "oi"));

        reply.end(Ending.FINISHED);

        assertThat(pieces).hasSize(1);
        assertThat(reply.messages()).containsExactly("oi");
    }

    @Test
    void everyLineIsAMessageUnlessTwoSpacesSayOtherwise() {
        write("uma \nduas\n  ainda duas\n   e mais\n\ntrês");

        assertThat(reply.messages()).containsExactly("uma", "duas\nainda duas\n e mais", "três");
        assertThat(pieces).last().isEqualTo(new Piece(2, "s"));
        assertThat(joined()).isEqualTo(String.join("|", reply.messages()));
        assertThat(reply.ending()).isEqualTo(Ending.FINISHED);
    }

    @Test
    void lineOfSomebodyElseEndsTheReplyAndIsNeverShown() {
        boolean wanted = true;
        for (String piece : List.of("claro", "\n", "[", "jo", "ão", "]", ":", " eu vou")) {
            wanted = wanted && reply.add(piece);
        }
        reply.end(Ending.LENGTH);

        assertThat(wanted).isFalse();
        assertThat(reply.messages()).containsExactly("claro");
        assertThat(reply.ending()).isEqualTo(Ending.OTHER_SPEAKER);
        assertThat(pieces).containsExactly(new Piece(0, "claro"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[sic] foi isso", "a [b]: c", "[1] primeiro", "linha\n  [ana]: citada", "F FI FIN", "[hm"})
    void whatOnlyLooksLikeAnEndIsText(String text) {
        write(text);

        assertThat(reply.messages()).containsExactly(text.replace("\n  ", "\n"));
        assertThat(joined()).isEqualTo(reply.messages().get(0));
    }

    @Test
    void replyThatIsAllSomebodyElseIsEmpty() {
        assertThat(reply.add("[ana]: oi")).isFalse();
        reply.end(Ending.FINISHED);

        assertThat(reply.messages()).isEmpty();
        assertThat(pieces).isEmpty();
    }

    @Test
    void stopWordIsCutWhereverItsPiecesEnd() {
        write("tá bom FIMzinho");

        assertThat(reply.messages()).containsExactly("tá bom");
        assertThat(joined()).isEqualTo("tá bom");
        assertThat(reply.ending()).isEqualTo(Ending.STOP_WORD);
    }

    @Test
    void stopWordMayBeWhiteSpace() {
        assertThat(reply.add("um\n\n")).isTrue();
        assertThat(reply.add("\ndois")).isFalse();

        assertThat(reply.messages()).containsExactly("um");
    }

    private void write(String text) {
        text.codePoints().forEach(c -> reply.add(Character.toString(c)));
        reply.end(Ending.FINISHED);
    }

    private String joined() {
        StringBuilder all = new StringBuilder();
        int message = 0;
        for (Piece piece : pieces) {
            all.append("|".repeat(piece.message() - message)).append(piece.text());
            message = piece.message();
        }
        return all.toString();
    }
}
