package dev.kaiaku.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.kaiaku.dataset.canary.Canary;
import dev.kaiaku.eval.coherence.Coherence;
import dev.kaiaku.eval.coherence.Echo;
import dev.kaiaku.eval.copies.Exposure;
import dev.kaiaku.eval.copies.Memorisation;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.degeneration.Diversity;
import dev.kaiaku.eval.degeneration.Faults;
import dev.kaiaku.eval.degeneration.Languages;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.leak.Leaks;
import dev.kaiaku.eval.leak.RareNames;
import dev.kaiaku.eval.profile.SurfaceProfile;
import dev.kaiaku.eval.score.Auc;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Pools;
import dev.kaiaku.eval.score.Words;
import dev.kaiaku.eval.style.BurrowsDelta;
import dev.kaiaku.eval.style.StyleModel;
import dev.kaiaku.model.format.EncodedConversation;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
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
        Faults faults = Faults.of(List.of(
                new Generated("fine", 1, true),
                new Generated(" ", 1, true),
                new Generated("[ana]: I speak for ana", 1, true),
                new Generated("<|im_end|> oops", 1, false)));
        assertThat(faults).isEqualTo(new Faults(0.25, 0.25, 0.25, 0.25));
        assertThat(Faults.speaksForOthers(new Generated("cut before", 1, true, true)))
                .isTrue();
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
        assertThat(Verdict.of(person, List.of()))
                .anyMatch(line -> line.startsWith("In short: tone high, sense high"))
                .anyMatch(line -> line.startsWith("Sense:"))
                .anyMatch(line -> line.startsWith("Faults: 0 % cut off"));
        assertThat(Verdict.of(person, List.of("too little data.")))
                .startsWith("No verdict: too little data.")
                .noneMatch(line -> line.contains("high"));
    }

    @Test
    void everyFigureOfThePersonLiesAtItsCeilingAndHasARange() {
        EvalData large = Conversations.data(300, 240);
        Scores person = new Ruler(large).person(large.heldOut());
        assertThat(person.figures().keySet())
                .containsAll(EnumSet.complementOf(EnumSet.of(Figure.NLL, Figure.CONTEXT_GAIN)));
        person.figures().forEach((figure, measured) -> {
            assertThat(measured.value().low())
                    .as(figure.label())
                    .isLessThanOrEqualTo(measured.value().value());
            assertThat(measured.value().high())
                    .as(figure.label())
                    .isGreaterThanOrEqualTo(measured.value().value());
            assertThat(measured.ceiling()).as(figure.label()).isFinite();
        });
        for (Figure same : List.of(Figure.ECHO, Figure.DISTINCT_WORDS, Figure.IDENTICAL, Figure.COHERENCE)) {
            assertThat(person.value(same))
                    .as(same.label())
                    .isCloseTo(person.figure(same).orElseThrow().ceiling(), within(1e-9));
        }
    }

    @Test
    void halvesTellHowMuchAMeanVariesAndRepeat() {
        double[] values = new Random(3).doubles(400).toArray();
        Interval halves = Interval.halves(400, chosen -> mean(values, chosen), 5);
        Interval bootstrap = Interval.bootstrap(400, chosen -> mean(values, chosen), 5);
        assertThat(halves.value()).isCloseTo(bootstrap.value(), within(1e-12));
        assertThat(halves.high() - halves.low()).isCloseTo(bootstrap.high() - bootstrap.low(), withinPercentage(25));
        assertThat(Interval.halves(400, chosen -> mean(values, chosen), 5)).isEqualTo(halves);
    }

    @Test
    void aParrotEchoesItsContext() {
        Reply asked = data.heldOut().get(0);
        String context = asked.context().get(0).text();
        assertThat(Echo.longest(asked.withText(context), asked.context()))
                .isEqualTo(Words.of(context).size());
        assertThat(Echo.longest(asked.withText("nothing of that"), asked.context()))
                .isZero();
    }

    @Test
    void namesThatOnlyOthersWroteAreFoundWhereNobodyJustSaidThem() {
        Reply learned = data.learned().get(0).withText("i saw Carla there");
        Line secret = new Line("ana", "yesterday Ermelinda told Carla about it, and Bia heard");
        Line plain = new Line("ana", "bia is here");
        EvalData chat = new EvalData("tico", List.of(learned), List.of(), List.of(secret, plain), List.of());
        RareNames names = new RareNames(chat);
        Reply asked = new Reply(learned.prompt(), List.of(new Line("ana", "who was it?")), "");
        Reply named = new Reply(learned.prompt(), List.of(new Line("ana", "do you know Ermelinda?")), "");
        assertThat(names.in(asked.withText("it was ermelinda"))).containsExactly("ermelinda");
        assertThat(names.in(named.withText("it was Ermelinda"))).isEmpty();
        assertThat(names.in(asked.withText("Carla and Bia"))).isEmpty();
    }

    @Test
    void languagesThatThePersonNeverWritesStandOut() {
        Reply any = data.learned().get(0);
        Languages languages = new Languages(List.of(any.withText("não sei mas acho que você tem isso")));
        assertThat(languages.foreign("i think that you are not with them")).isTrue();
        assertThat(languages.foreign("acho que eu vou com você")).isFalse();
        assertThat(languages.foreign("kkkk")).isFalse();
    }

    @Test
    void exposureIsHowManyCodesAreLikelier() {
        double[] others = new Random(2).doubles(127).map(x -> 20 + x).toArray();
        Canary canary = Canary.of(List.of(10)).get(0);
        Exposure never = Exposure.of(List.of(canary), null, samples -> prepend(20.5, others))
                .get(0);
        Exposure known = Exposure.of(List.of(canary), null, samples -> prepend(2, others))
                .get(0);
        assertThat(never.bits()).isBetween(0.7, 1.5);
        assertThat(never.known()).isFalse();
        assertThat(known.rank()).isEqualTo(1);
        assertThat(known.tried()).isEqualTo(128);
        assertThat(known.bits()).isCloseTo(26.6, within(0.1));
        assertThat(known.known()).isTrue();
    }

    @Test
    void predictionComparesReplyTokens() {
        boolean[] targets = {false, true, true};
        EncodedConversation sample = new EncodedConversation(new int[] {1, 2, 3}, targets);
        List<EncodedConversation> real = Collections.nCopies(20, sample);
        List<EncodedConversation> shuffled =
                Collections.nCopies(20, new EncodedConversation(new int[] {9, 2, 3}, targets));
        Prediction prediction = Prediction.of(
                new Prediction.HeldOut(real, real, shuffled),
                samples -> samples.stream()
                        .mapToDouble(one -> one.tokens()[0] == 9 ? 6 : 4)
                        .toArray(),
                2.5);
        assertThat(prediction.nll().value()).isEqualTo(2);
        assertThat(prediction.gain().value()).isEqualTo(1);
        assertThat(prediction.baseNll()).isEqualTo(2.5);
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

    private static double[] prepend(double first, double[] rest) {
        double[] all = new double[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    private static double mean(double[] values, int... chosen) {
        return chosen.length == 0
                ? Arrays.stream(values).average().orElseThrow()
                : Arrays.stream(chosen).mapToDouble(i -> values[i]).average().orElseThrow();
    }
}
