package dev.kaiaku.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
    @Test
    void peopleWhoSpeakOneAfterAnotherShareATurn() {
        History history = new History("be sam");

        history.heard("ana", "oi\ntudo bem?");
        history.heard("joão", " e aí ");
        history.replied("opa\nde boa");

        assertThat(history.conversation().turns())
                .containsExactly(
                        new Turn(Role.SYSTEM, "be sam"),
                        new Turn(Role.USER, "[ana]: oi\n  tudo bem?\n[joão]: e aí"),
                        new Turn(Role.ASSISTANT, "opa\nde boa"));
    }

    @Test
    void emptyReplyLeavesNoTurn() {
        History history = new History(null);

        history.heard("ana", "oi");
        history.replied(" ");
        history.heard("ana", "oi?");

        assertThat(contents(history)).containsExactly("[ana]: oi\n[ana]: oi?");
    }

    @Test
    void oldestTurnGoesWithItsReplyThenTheOldestLines() {
        History history = new History("be sam");
        history.heard("ana", "um");
        history.replied("dois");
        history.heard("ana", "três\nlinhas");
        history.heard("ana", "quatro");

        assertThat(history.forgetOldest()).isTrue();
        assertThat(contents(history)).containsExactly("be sam", "[ana]: três\n  linhas\n[ana]: quatro");
        assertThat(history.forgetOldest()).isTrue();
        assertThat(contents(history)).containsExactly("be sam", "[ana]: quatro");
        assertThat(history.forgetOldest()).isFalse();
    }

    private static List<String> contents(History history) {
        return history.conversation().turns().stream().map(Turn::content).toList();
    }
}
