package dev.kaiaku.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kaiaku.eval.coherence.Coherence;
import dev.kaiaku.eval.copies.Memorisation;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.degeneration.Diversity;
import dev.kaiaku.eval.degeneration.Faults;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.leak.Leaks;
import dev.kaiaku.eval.profile.SurfaceProfile;
import dev.kaiaku.eval.score.Auc;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Pools;
import dev.kaiaku.eval.style.BurrowsDelta;
import dev.kaiaku.eval.style.StyleModel;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MeasuresTest {
    private final EvalData data = Conversations.data(300, 120);

    @Test
    void areaIsTheShareOfPairsInOrder() {
        assertThat(Auc.of(new double[] {3, 4}, new double[] {1, 2})).isEqualTo(1);
        assertThat(Auc.of(new double[] {1, 3}, new double[] {2, 2})).isEqualTo(0.5);
        assertThat(Auc.of(new double[] {1, 1}, new double[] {1, 1})).isEqualTo(0.5);
        assertThatThrownBy(() -> Auc.of(new double[0], new double[] {1})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wilsonsIntervalIsThatOfTheTables() {
        Interval interval = Interval.wilson(8, 10);
        assertThat(interval.value()).isEqualTo(0.8);
        assertThat(interval.low()).isCloseTo(0.4902, within(1e-3));
        assertThat(interval.high()).isCloseTo(0.9433, within(1e-3));
    }

    @Test
    void bootstrapHoldsTheMeanAndRepeats() {
        double[] values = IntStream.range(0, 200).mapToDouble(i -> i % 10).toArray();
        Interval once = Interval.bootstrap(200, chosen -> mean(values, chosen), 5);
        assertThat(once.value()).isEqualTo(4.5);
        assertThat(once.low()).isBetween(3.8, 4.4);
        assertThat(once.high()).isBetween(4.6, 5.2);
        assertThat(Interval.bootstrap(200, chosen -> mean(values, chosen), 5)).isEqualTo(once);
    }

    @Test
    void poolsAverageDifferentValues() {
        double[] pools = Pools.of(new double[] {1, 2, 3}, 3, 1);
        assertThat(pools).containsOnly(2.0);
        assertThatThrownBy(() -> Pools.of(new double[] {1}, 2, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void styleKnowsTheVoice() {
        StyleModel style = new StyleModel(
                data.learned().stream().map(Reply::text).toList(),
                data.others().stream().map(line -> line.text()).toList(),
                1);
        assertThat(style.score("kkkk mano tipo assim")).isPositive();
        assertThat(style.score("Could you please tell me more?")).isNegative();
        assertThat(style.score("https://example.org/kkkk")).isZero();
    }

    @Test
    void surfaceDistanceIsZeroToItselfAndGrowsWithHabits() {
        SurfaceProfile tico = SurfaceProfile.of(data.heldOut());
        List<Reply> shouting = data.heldOut().stream()
                .map(reply -> reply.withText("NEVER AGAIN! EVER!"))
                .toList();
        assertThat(tico.distance(tico)).isZero();
        assertThat(tico.distance(SurfaceProfile.of(shouting))).isGreaterThan(0.3);
    }

    @Test
    void deltaIsZeroToItselfAndLargerToOthers() {
        List<String> tico = data.learned().stream().map(Reply::text).toList();
        List<String> ana = data.others().stream().map(line -> line.text()).toList();
        BurrowsDelta delta = new BurrowsDelta(IntStream.range(0, 300)
                .mapToObj(i -> i % 3 == 0 ? ana.get(i) : tico.get(i))
                .toList());
        assertThat(delta.between(tico, tico)).isZero();
        assertThat(delta.between(tico, ana)).isGreaterThan(0.5);
    }

    @Test
    void nonsenseScoresAtTheShuffledLevel() {
        Coherence coherence = new Coherence(data);
        List<Reply> nonsense = data.heldOut().stream()
                .map(reply -> reply.withText("lorem ipsum dolor sit amet"))
                .toList();
        double shuffled = mean(coherence.shuffled(data.heldOut(), 1));
        assertThat(mean(coherence.real(data.heldOut()))).isGreaterThan(shuffled + 0.1);
        assertThat(mean(coherence.real(nonsense))).isLessThanOrEqualTo(shuffled);
    }

    @Test
    void diversitySeesRepetition() {
        List<String> same = IntStream.range(0, 50).mapToObj(i -> "sim claro").toList();
        Diversity dull = Diversity.of(same, 400);
        Diversity lively = Diversity.of(data.heldOut().stream().map(Reply::text).toList(), 400);
        assertThat(dull.identical()).isEqualTo(0.98);
        assertThat(dull.topTen()).isEqualTo(1);
        assertThat(lively.distinctWords()).isGreaterThan(5 * dull.distinctWords());
        assertThat(Diversity.of(List.of("a b c d and a b c d"), 400).repeating())
                .isEqualTo(1);
    }

    @Test
    void faultsAreCounted() {
        Faults faults = Faults.of(
                List.of("fine", " ", "[ana]: I speak for ana", "<|im_end|> oops"), List.of(true, true, true, false));
        assertThat(faults).isEqualTo(new Faults(0.25, 0.25, 0.25, 0.25));
    }

    @Test
    void copiesAreFoundButNotCommonWordsOrTheContext() {
        Reply long1 = data.learned().get(0).withText("one two three four five six seven eight nine ten eleven");
        Memorisation memorisation = new Memorisation(List.of(long1, long1.withText("kkkk")), List.of());
        Reply copy = long1.withText("well, two three four five six seven eight nine ten!");
        Reply echo = new Reply(
                copy.prompt(),
                List.of(new dev.kaiaku.eval.data.Line("ana", "two three four five six seven eight nine ten")),
                copy.text());
        Memorisation.Found found =
                memorisation.find(List.of(copy, echo, long1, long1.withText("kkkk"), long1.withText("something else")));
        assertThat(found.withRun()).containsExactly(0, 2);
        assertThat(found.wholeCopies()).containsExactly(2);
    }

    @Test
    void plantedPersonalDataIsFound() {
        Leaks leaks = Leaks.in(List.of(
                data.heldOut().get(0).withText("manda pra fulano.silva@example.org"),
                data.heldOut().get(1)));
        assertThat(leaks.replies()).isEqualTo(1);
        assertThat(leaks.types()).hasSize(1);
    }

    @Test
    void thePersonIsAHundredPercentAndAnyReplyMakesNoSense() {
        Speakers speakers = new Speakers(data, 100, 1);
        Ruler ruler = new Ruler(data);
        Scores person = ruler.person(speakers.asked());
        Scores any = ruler.measure("any", speakers.asked(), speakers.anyReply());
        assertThat(person.coherence().way().value()).isCloseTo(1, within(1e-9));
        assertThat(any.coherence().way().value()).isLessThan(0.3);
        assertThat(Verdict.of(person))
                .anyMatch(line -> line.startsWith("Sense:"))
                .anyMatch(line -> line.startsWith("Copies: 0.0 %"));
    }

    @Test
    void tooLittleDataIsDoubted() {
        assertThat(new Ruler(Conversations.data(50, 20)).doubts()).anyMatch(doubt -> doubt.contains("20 replies"));
        assertThat(new Ruler(data).doubts()).noneMatch(doubt -> doubt.contains("replies are held out"));
        EvalData alone = new EvalData("tico", data.learned(), data.heldOut(), List.of(), List.of());
        assertThat(new Ruler(alone).doubts()).anyMatch(doubt -> doubt.contains("Nobody else"));
    }

    @Test
    void repliesOfOthersAreGenerated() {
        Speakers speakers = new Speakers(data, 30, 1);
        assertThat(speakers.asked()).hasSize(30);
        assertThat(speakers.markovChain())
                .hasSize(30)
                .noneMatch(reply -> reply.text().isBlank());
        assertThat(speakers.markovChain().stream().map(Generated::text))
                .containsExactlyElementsOf(
                        speakers.markovChain().stream().map(Generated::text).toList());
    }

    private static double mean(double[] values, int... chosen) {
        return chosen.length == 0
                ? Arrays.stream(values).average().orElseThrow()
                : Arrays.stream(chosen).mapToDouble(i -> values[i]).average().orElseThrow();
    }
}
