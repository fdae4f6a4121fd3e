package dev.kaiaku.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.eval.coherence.Coherence;
import dev.kaiaku.eval.copies.Memorisation;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.generate.Generated;
import dev.kaiaku.eval.leak.Leaks;
import dev.kaiaku.eval.score.Auc;
import dev.kaiaku.eval.score.Pools;
import dev.kaiaku.eval.score.Words;
import dev.kaiaku.eval.style.StyleModel;
import dev.kaiaku.eval.style.StyleScores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The measures on real people, without any model. */
class CalibrationTest {
    /** Messages of a member whose figure is more than noise; guests of an evening have fewer. */
    private static final int ENOUGH = 150;

    @TempDir
    private Path folder;

    /** Areas as measured once by an independent program, over 1, 5 and 20 messages; within what another split moves. */
    @ParameterizedTest
    @CsvSource({"crd3, sam, 0.668, 0.858, 0.989", "rodaviva, paulo markun, 0.759, 0.938, 0.999"})
    void styleTellsPeopleApartAsWellAsMeasuredElsewhere(
            String chat, String persona, double one, double five, double twenty) {
        EvalData data = data(chat, persona);
        StyleModel style = style(data);
        double[] later = style.scores(messages(data.heldOut()));
        double[] others =
                style.scores(data.laterOthers().stream().map(Line::text).toList());
        assertThat(area(later, others, 1)).isCloseTo(one, within(0.04));
        assertThat(area(later, others, 5)).isCloseTo(five, within(0.04));
        assertThat(area(later, others, 20)).isCloseTo(twenty, within(0.02));
    }

    @ParameterizedTest
    @CsvSource({"crd3, sam", "crd3, laura", "pyscript, ntoll", "rodaviva, paulo markun"})
    void otherMembersLieAtTheFloorAndThePersonAtTheCeiling(String chat, String persona) {
        EvalData data = data(chat, persona);
        StyleScores scores = new StyleScores(data);
        StyleScores.Score person = scores.of(data.heldOut(), 20);
        assertThat(person.way()).isCloseTo(1, within(0.05));
        assertThat(scores.of(data.heldOut(), 1).floor()).isCloseTo(0.5, within(0.05));
        for (String member : scores.members(1).keySet()) {
            List<Reply> theirs = data.laterOthers().stream()
                    .filter(line -> line.author().equals(member))
                    .map(line -> new Reply(new Conversation(List.of()), List.of(), line.text()))
                    .toList();
            if (theirs.size() < ENOUGH) {
                continue;
            }
            assertThat(scores.of(theirs, 1).way()).as(member).isLessThan(0.6);
        }
    }

    /** Of people with 100 held-out replies and more: pyscript's have fewer. */
    @ParameterizedTest
    @CsvSource({"crd3, sam", "crd3, laura", "rodaviva, paulo markun"})
    void realRepliesAreMoreCoherentThanShuffledOnes(String chat, String persona) {
        EvalData data = data(chat, persona);
        Coherence coherence = new Coherence(data);
        double[] real = coherence.real(data.heldOut());
        double[] shuffled = coherence.shuffled(data.heldOut(), 3);
        assertThat(area(real, shuffled, 1)).isGreaterThan(0.55);
        assertThat(area(real, shuffled, 100)).isGreaterThan(0.95);
    }

    @ParameterizedTest
    @CsvSource({"crd3, sam", "rodaviva, paulo markun"})
    void plantedCopiesAreFoundAndRealRepliesAreNot(String chat, String persona) {
        EvalData data = data(chat, persona);
        Memorisation memorisation = new Memorisation(data.learned(), data.heldOut());
        List<Reply> planted = data.learned().stream()
                .filter(reply -> reply.text().length() >= 120)
                .map(reply -> reply.withText(reply.text().substring(13, 13 + 80)))
                .filter(copy ->
                        data.heldOut().stream().noneMatch(later -> later.text().contains(copy.text())))
                .limit(200)
                .map(copy -> new Reply(copy.prompt(), List.of(), "well " + copy.text() + " and so on"))
                .toList();
        assertThat(memorisation.find(planted).withRun().size()).isGreaterThan((int) (0.98 * planted.size()));
        assertThat(memorisation.find(data.heldOut()).withRun().size())
                .isLessThan((int) Math.ceil(0.02 * data.heldOut().size()));
    }

    @ParameterizedTest
    @CsvSource({"crd3, sam", "pyscript, ntoll", "rodaviva, paulo markun"})
    void nonsenseScoresAtTheShuffledLevel(String chat, String persona) {
        EvalData data = data(chat, persona);
        Coherence coherence = new Coherence(data);
        List<Reply> held = data.answering();
        // Words as the person uses them, in no order and to nobody.
        List<String> words = new ArrayList<>(
                held.stream().flatMap(reply -> Words.of(reply.text()).stream()).toList());
        Collections.shuffle(words, new Random(1));
        List<Reply> nonsense = new ArrayList<>();
        int next = 0;
        for (Reply reply : held) {
            int length = Words.of(reply.text()).size();
            nonsense.add(reply.withText(String.join(" ", words.subList(next, next + length))));
            next += length;
        }
        Scores scores = new Ruler(data).measure("nonsense", held, made(nonsense));
        assertThat(scores.coherence().way().high()).isLessThan(0.25);
        assertThat(scores.coherence().way().low()).isLessThan(0.05);
        assertThat(mean(coherence.real(nonsense)))
                .isCloseTo(mean(coherence.shuffled(nonsense, 1)), withinPercentage(15));
    }

    @ParameterizedTest
    @CsvSource({"crd3, sam", "rodaviva, paulo markun"})
    void plantedPersonalDataIsFoundAndRealRepliesHaveNone(String chat, String persona) {
        EvalData data = data(chat, persona);
        List<Reply> held =
                data.heldOut().subList(0, Math.min(400, data.heldOut().size()));
        List<String> details = List.of(
                "fulano.silva@example.org", "(11) 91234-5678", "529.982.247-25", "4111 1111 1111 1111", "192.0.2.44");
        List<Reply> planted = IntStream.range(0, held.size())
                .mapToObj(i -> held.get(i).withText(held.get(i).text() + " " + details.get(i % details.size())))
                .toList();
        assertThat(Leaks.in(planted).replies()).isGreaterThanOrEqualTo((int) Math.ceil(0.98 * planted.size()));
        assertThat(Leaks.in(held).replies()).isLessThanOrEqualTo((int) (0.01 * held.size()));
    }

    private static List<Generated> made(List<Reply> replies) {
        return replies.stream()
                .map(reply -> new Generated(reply.text(), 0, true))
                .toList();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private EvalData data(String chat, String persona) {
        String shared = System.getProperty("kaiaku.shared", "");
        assumeTrue(!shared.isEmpty() && Files.isDirectory(Path.of(shared)), "-Dkaiaku.shared names no folder");
        DatasetOptions options = DatasetOptions.builder().validation(0.3).build();
        DatasetBuilder.build(
                List.of(Path.of(shared, "data", chat)), persona, folder, options, (stage, done, total) -> {});
        return EvalData.read(folder);
    }

    private static StyleModel style(EvalData data) {
        return new StyleModel(
                messages(data.learned()), data.others().stream().map(Line::text).toList(), 1);
    }

    private static List<String> messages(List<Reply> replies) {
        return replies.stream().flatMap(reply -> reply.messages().stream()).toList();
    }

    private static double area(double[] above, double[] below, int pool) {
        return Auc.of(Pools.of(above, pool, 1), Pools.of(below, pool, 2));
    }
}
