package dev.kaiaku.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final History history = new History("be sam");

    @Test
    void peopleWhoSpeakOneAfterAnotherShareATurn() {
        say("ana", "oi\ntudo bem?");
        say("joão", " e aí ");
        reply("opa");
        reply("de boa\nsempre");

        assertThat(history.turns())
                .containsExactly(
                        new Turn(Role.SYSTEM, "be sam"),
                        new Turn(Role.USER, "[ana]: oi\n  tudo bem?\n[joão]: e aí"),
                        new Turn(Role.ASSISTANT, "opa\nde boa\n  sempre"));
    }

    @Test
    void turnsAreReadBackAsTheMessagesTheyWereMadeOf() {
        say("ana", "oi\ntudo bem?\n[x]: não sou um autor");
        say("joão", "e aí");
        reply("opa");
        reply("de boa\nsempre");

        List<Said> read = history.turns().stream()
                .filter(turn -> turn.role() != Role.SYSTEM)
                .flatMap(turn -> History.messages(turn, "sam").stream())
                .toList();

        assertThat(read).isEqualTo(history.messages());
    }

    @Test
    void oldestTurnGoesWithItsReplyThenTheOldestMessages() {
        say("ana", "um");
        reply("dois");
        reply("e meio");
        say("ana", "três\nlinhas");
        say("ana", "quatro");

        assertThat(history.forgetOldest()).isTrue();
        assertThat(contents()).containsExactly("be sam", "[ana]: três\n  linhas\n[ana]: quatro");
        assertThat(history.forgetOldest()).isTrue();
        assertThat(contents()).containsExactly("be sam", "[ana]: quatro");
        assertThat(history.forgetOldest()).isFalse();
        assertThat(history.messages()).hasSize(5);
    }

    @Test
    void aCopyGoesItsOwnWay() {
        say("ana", "oi");
        History copy = history.copy();

        reply("opa");

        assertThat(copy.messages()).hasSize(1);
        assertThat(copy.waitsForReply()).isTrue();
        assertThat(history.waitsForReply()).isFalse();
    }

    @Test
    void aReplyCanBeTakenBack() {
        say("ana", "oi");
        reply("opa");
        reply("e aí");

        assertThat(history.takeBackReply()).isTrue();
        assertThat(history.takeBackReply()).isFalse();
        assertThat(contents()).containsExactly("be sam", "[ana]: oi");
    }

    private void say(String author, String text) {
        history.add(new Said(author, text, false));
    }

    private void reply(String text) {
        history.add(new Said("sam", text, true));
    }

    private List<String> contents() {
        return history.turns().stream().map(Turn::content).toList();
    }
}
