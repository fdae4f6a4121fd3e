package dev.kaiaku.serve.game;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.chat.Said;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GameTest {
    private static final int ROUNDS = 40;

    private final List<Round> rounds = IntStream.range(0, ROUNDS)
            .mapToObj(i -> new Round(
                    List.of(new Said("bia", "question " + i, false)), List.of("real " + i), List.of("made " + i)))
            .toList();
    private final Game game = new Game("ana", rounds, 1, (right, asked) -> new double[] {0.1, 0.9});

    @Test
    void everyJudgeGetsEveryRoundOnceInAnOrderAndOnSidesOfTheirOwn() {
        List<Game.Question> bia = play("bia", true);
        List<Game.Question> joao = play("joao", false);

        assertThat(bia).extracting(Game.Question::round).containsExactlyInAnyOrderElementsOf(rounds);
        assertThat(joao).extracting(Game.Question::round).containsExactlyInAnyOrderElementsOf(rounds);
        assertThat(bia).extracting(Game.Question::round).isNotEqualTo(rounds);
        assertThat(bia)
                .extracting(Game.Question::round)
                .isNotEqualTo(joao.stream().map(Game.Question::round).toList());
        assertThat(bia.stream().filter(Game.Question::realLeft).count()).isBetween(8L, 32L);
    }

    @Test
    void theSameSeedAsksTheSame() {
        Game again = new Game("ana", rounds, 1, (right, asked) -> new double[] {0, 1});
        assertThat(again.next("bia")).isEqualTo(game.next("bia"));
    }

    @Test
    void answersCountOnceAndArePooled() {
        play("bia", true);
        play("joao", false);
        Game.Question first = game.next("rui").orElseThrow();
        assertThat(game.answer("rui", 1, true)).isFalse();
        assertThat(game.answer("rui", 0, first.realLeft())).isTrue();
        assertThat(game.answer("rui", 0, !first.realLeft())).isFalse();

        assertThat(game.results())
                .extracting(Game.Result::judge, Game.Result::right, Game.Result::asked)
                .containsExactly(tuple("bia", ROUNDS, ROUNDS), tuple("joao", 0, ROUNDS), tuple("rui", 1, 1));
        assertThat(game.pooled().right()).isEqualTo(ROUNDS + 1);
        assertThat(game.pooled().asked()).isEqualTo(2 * ROUNDS + 1);
        assertThat(game.pooled().verdict()).isEqualTo("may as well be guessing");
        assertThat(game.next("bia")).isEmpty();
    }

    private List<Game.Question> play(String judge, boolean well) {
        List<Game.Question> asked = new ArrayList<>();
        for (var next = game.next(judge); next.isPresent(); next = game.next(judge)) {
            asked.add(next.get());
            game.answer(judge, next.get().number(), next.get().realLeft() == well);
        }
        return asked;
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.groups.Tuple.tuple(values);
    }
}
