package dev.kaiaku.dataset.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.sample.Replies;
import dev.kaiaku.dataset.sample.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SelectionTest {
    private static final String LONG = "acho que a gente devia sair mais cedo amanhã, senão pega trânsito na marginal";
    private static final List<String> WORDS = List.of(
            "praia churrasco domingo ninguém trouxe carvão cerveja quente vizinho reclamou barulho música antiga violão desafinado"
                    .split(" "));

    private final List<Reply> train = new ArrayList<>();
    private final List<Reply> validation = new ArrayList<>();

    @Test
    void leavesOutWhatIsNearlyHeldOut() {
        learn("[ana]: e aí?", "Acho que a gente devia sair mais cedo amanha, senão pega transito na marginal!!");
        learn("[ana]: hã?", "oi\n" + LONG);
        learn("[ana]: e aí?", "acho que a gente devia ficar em casa amanhã, senão chove e molha tudo de novo");
        learn("[ana]: bora?", "bora");
        hold("[beto]: que horas?", LONG);
        hold("[beto]: bora?", "bora");
        Selection selection = select(SelectionOptions.ALL);
        assertThat(reasons(selection))
                .containsExactly("in validation too", "in validation too", null, null, null, null);
        assertThat(dropped(selection)).containsOnly(Map.entry("in validation too", 2L));
        assertThat(selection.repeatsValidation(LONG.replace("cedo", "tarde"))).isTrue();
        assertThat(selection.repeatsValidation("bora")).isFalse();
    }

    @Test
    void findsNearlyAllPairsThatComparingEachWithEachFinds() {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            String text = words(random, 12);
            hold("[ana]: " + i, text);
            learn("[ana]: x" + i, edited(text, random, i % 6));
        }
        Selection selection = select(SelectionOptions.ALL);
        int similar = 0;
        int found = 0;
        for (Reply reply : train) {
            boolean leak = validation.stream()
                    .anyMatch(held -> Shingles.similar(
                            Shingles.of(reply.text()), Shingles.of(held.text()), Integer.MAX_VALUE, 0.7));
            assertThat(leak || selection.reason(reply) == null).isTrue();
            similar += leak ? 1 : 0;
            found += selection.reason(reply) == null ? 0 : 1;
        }
        assertThat(similar).isBetween(100, 280);
        assertThat(found).isGreaterThanOrEqualTo((int) (0.98 * similar));
    }

    @Test
    void holdsOutNoExactCopyOfWhatIsLearned() {
        learn("[ana]: alguém sabe que dia é a prova de cálculo?", "quinta");
        hold("[ana]: alguém sabe que dia é a prova de cálculo?", "quinta");
        hold("[ana]: e a de física?", "quinta");
        assertThat(reasons(select(SelectionOptions.ALL))).containsExactly(null, "in training too", null);
    }

    @Test
    void holdsOutCopiesRatherThanNothing() {
        learn("[ana]: alguém sabe que dia é a prova de cálculo?", "quinta");
        hold("[ana]: alguém sabe que dia é a prova de cálculo?", "quinta");
        assertThat(dropped(select(SelectionOptions.ALL))).isEmpty();
    }

    @Test
    void findsTheSameLeaksWithoutScores() {
        Random random = new Random(11);
        for (int i = 0; i < 400; i++) {
            String context = "[ana]: " + words(random, 1 + random.nextInt(3));
            String text = words(random, 1 + random.nextInt(12));
            hold(context, text);
            learn(i % 3 == 0 ? "[ana]: x" : context, edited(text, random, i % 5));
        }
        Selection unscored = Selection.withoutScores(replies(heldOut()), train.size());
        List<String> expected = reasons(select(SelectionOptions.ALL));
        assertThat(reasons(unscored)).isEqualTo(expected);
        assertThat(expected).contains(Selection.IN_TRAINING, Selection.IN_VALIDATION, null);
        assertThat(unscored.score(train.get(0))).isEmpty();
    }

    @Test
    void scoresWhatTellsMoreHigher() {
        for (int i = 0; i < 50; i++) {
            learn("[ana]: e o churrasco de domingo " + i + "?", "kkkkkkk");
        }
        learn(
                "[ana]: quem traz o carvão pro churrasco de domingo?",
                "eu levo o carvão e a cerveja, o beto leva o violão");
        learn(
                "[ana]: alguém tem o texto da reunião de condomínio que mandaram ontem à noite?",
                "> alguém tem o texto da reunião de condomínio que mandaram ontem à noite?\nhttps://example.com/"
                        + "a".repeat(60));
        Selection selection = select(SelectionOptions.ALL);
        double laugh = score(selection, 0).value();
        Score answer = score(selection, 50);
        Score quote = score(selection, 51);
        assertThat(answer.value()).isGreaterThan(3 * laugh).isGreaterThan(2 * quote.value());
        assertThat(answer.byLabel().get("relevance")).isGreaterThan(0.2);
        assertThat(quote.byLabel().get("own words")).isLessThan(0.1);
        assertThat(score(selection, 0).byLabel().get("novelty")).isLessThan(0.3);
        assertThat(answer.byLabel()).doesNotContainKey("reactions");
        assertThat(answer.explanation())
                .startsWith("%.3f: length ".formatted(answer.value()))
                .contains(", own words 1.00");
        assertThat(selection.score(reply(train.size(), "", ""))).isEmpty();
    }

    @Test
    void countsReactionsAndLanguageAndRepeats() {
        for (int i = 0; i < 20; i++) {
            learn("[ana]: conta mais", "então, não sei se eu vou com você nessa festa número " + i + " do ano");
        }
        learn("[ana]: conta mais", "the thing is that you have to be there for it, I know");
        learn("[ana]: conta mais", LONG);
        learn("[ana]: conta mais", LONG);
        train.add(new Reply(train.size(), 99, Instant.EPOCH.plusSeconds(99), "[ana]: e?", "vou de bicicleta", 1, 3));
        Selection selection = select(SelectionOptions.ALL);
        assertThat(score(selection, 0).byLabel().get("reactions")).isZero();
        assertThat(score(selection, 23).byLabel().get("reactions")).isEqualTo(0.75);
        assertThat(score(selection, 0).byLabel().get("language")).isEqualTo(1);
        assertThat(score(selection, 20).byLabel().get("language")).isLessThan(0.5);
        assertThat(score(selection, 21).byLabel().get("novelty")).isEqualTo(1);
        assertThat(score(selection, 22).byLabel().get("novelty")).isEqualTo(0.5);
    }

    @Test
    void rewardsThePersonasOwnStyle() {
        for (int i = 0; i < 60; i++) {
            learn("[ana]: Certamente, prezado colega, conforme o combinado.", "vdd mano, sla né, mó rolê hj " + i);
        }
        learn("[ana]: ?", "vdd mano, mó rolê né");
        learn("[ana]: ?", "Certamente, prezado, conforme");
        Selection selection = select(SelectionOptions.ALL);
        int own = score(selection, 60).features().getOrDefault(Feature.STYLE, 0);
        int foreign = score(selection, 61).features().getOrDefault(Feature.STYLE, 100);
        assertThat(own).isGreaterThan(foreign + 30);
    }

    @Test
    void limitsTheShareOfIdenticalReplies() {
        for (int i = 0; i < 60; i++) {
            learn("[ana]: piada " + i, "k".repeat(4 + i));
            learn("[ana]: piada " + i, "essa foi a número " + i);
        }
        Selection selection = select(new SelectionOptions(0, 0, 0.1, 0));
        long laughs = IntStream.range(0, train.size())
                .filter(i -> i % 2 == 0 && selection.reason(train.get(i)) == null)
                .count();
        assertThat(laughs).isEqualTo(6);
        assertThat(dropped(selection)).containsOnly(Map.entry("identical replies", 54L));
    }

    @Test
    void keepsTheBestWithinAllLimits() {
        Random random = new Random(3);
        for (int i = 0; i < 100; i++) {
            train.add(new Reply(
                    i,
                    1 + i / 10,
                    Instant.EPOCH.plusSeconds(i),
                    "[ana]: " + words(random, 5),
                    words(random, 1 + i % 10),
                    1,
                    0));
        }
        Selection all = select(SelectionOptions.ALL);
        Selection best = select(new SelectionOptions(0.2, 12, 1, 2));
        Map<Integer, Integer> sessions = new HashMap<>();
        double worstKept = 1;
        for (Reply reply : train) {
            if (best.reason(reply) == null) {
                sessions.merge(reply.session(), 1, Integer::sum);
                worstKept = Math.min(worstKept, score(all, reply.number()).value());
            }
        }
        assertThat(sessions.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(12);
        assertThat(sessions.values()).allMatch(count -> count <= 2);
        assertThat(dropped(best)).containsOnlyKeys("below --min-score", "beyond --per-session-cap", "beyond --top");
        for (Reply reply : train) {
            if ("beyond --top".equals(best.reason(reply))) {
                assertThat(score(all, reply.number()).value()).isLessThanOrEqualTo(worstKept);
            }
        }
        double bound = worstKept;
        assertThat(dropped(select(new SelectionOptions(bound, 0, 1, 0))).get("below --min-score"))
                .isEqualTo(train.stream()
                        .filter(reply -> score(all, reply.number()).value() < bound)
                        .count());
    }

    @Test
    void takesEmptySidesAndEmptyTexts() {
        learn("", "");
        learn("", "👍");
        assertThat(dropped(select(SelectionOptions.ALL))).isEmpty();
        train.clear();
        hold("", "👍");
        assertThat(dropped(select(SelectionOptions.ALL))).isEmpty();
    }

    @Test
    void namesTheOptionThatIsOutOfRange() {
        assertThatThrownBy(() -> new SelectionOptions(1.5, 0, 1, 0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--min-score 1.5");
        assertThatThrownBy(() -> new SelectionOptions(0, -1, 1, 0)).hasMessageContaining("--top -1");
        assertThatThrownBy(() -> new SelectionOptions(0, 0, 0, 0)).hasMessageContaining("--max-share-of-identical 0");
        assertThatThrownBy(() -> new SelectionOptions(0, 0, 1, -2)).hasMessageContaining("--per-session-cap -2");
    }

    private void learn(String context, String text) {
        train.add(reply(train.size(), context, text));
    }

    private void hold(String context, String text) {
        validation.add(reply(validation.size(), context, text));
    }

    private static Reply reply(int number, String context, String text) {
        return new Reply(number, number + 1, Instant.EPOCH.plusSeconds(number), context, text, 1, 0);
    }

    /** Those held out are numbered behind those to learn. */
    private Selection select(SelectionOptions options) {
        return Selection.of(replies(train), replies(heldOut()), options);
    }

    private List<Reply> heldOut() {
        return validation.stream()
                .map(reply -> reply(train.size() + reply.number(), reply.context(), reply.text()))
                .toList();
    }

    private static Replies replies(List<Reply> replies) {
        return new Replies() {
            @Override
            public <T> void forEach(Function<Reply, T> work, Consumer<T> results) {
                replies.parallelStream().map(work).toList().forEach(results);
            }
        };
    }

    private List<String> reasons(Selection selection) {
        List<String> reasons = new ArrayList<>();
        train.forEach(reply -> reasons.add(selection.reason(reply)));
        heldOut().forEach(reply -> reasons.add(selection.reason(reply)));
        return reasons;
    }

    private Map<String, Long> dropped(Selection selection) {
        return reasons(selection).stream()
                .filter(Objects::nonNull)
                .collect(Collectors.groupingBy(reason -> reason, Collectors.counting()));
    }

    private Score score(Selection selection, int reply) {
        return selection.score(train.get(reply)).orElseThrow();
    }

    private static String words(Random random, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ")
                    .append(WORDS.get(random.nextInt(WORDS.size())))
                    .append(random.nextInt(9));
        }
        return text.toString();
    }

    private static String edited(String text, Random random, int edits) {
        StringBuilder edited = new StringBuilder(text);
        for (int i = 0; i < edits; i++) {
            edited.setCharAt(random.nextInt(edited.length()), (char) ('a' + random.nextInt(26)));
        }
        return edited.toString();
    }
}
