package dev.kaiaku.dataset;

import dev.kaiaku.dataset.sample.Reply;
import dev.kaiaku.dataset.sample.Sample;
import dev.kaiaku.dataset.sample.ShapeCounts;
import dev.kaiaku.dataset.selection.Score;
import dev.kaiaku.dataset.selection.Selection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Samples as they are written, and what they come to. Not thread-safe: one for each piece of work. */
final class Written {
    final ConversationWriter.Lines lines = new ConversationWriter.Lines();
    final ShapeCounts shape = new ShapeCounts();
    /** Messages of replies that were not selected, by reason. */
    final Map<String, Long> dropped = new TreeMap<>();

    int samples;
    int replies;
    long messages;
    int sessionsUpTo;

    /** Conversations at even distances. */
    final List<Conversation> examples = new ArrayList<>();

    private static final int SCORE_BINS = 20;

    private final int[] scores = new int[SCORE_BINS];
    private final @Nullable Selection selection;
    private final boolean learns;
    private final int every;

    /**
     * @param selection of the replies to learn; null where all are
     * @param learns whether these are replies to learn, not those held out
     * @param every so many replies one is shown as an example
     */
    Written(@Nullable Selection selection, boolean learns, int every) {
        this.selection = selection;
        this.learns = learns;
        this.every = every;
    }

    void add(Sample sample) {
        sessionsUpTo = sample.meta().session();
        if (selection == null) {
            sample.replies().forEach(this::keep);
            write(sample.conversation(), List.of(), sample);
        } else {
            select(sample, selection);
        }
    }

    /** Adds the counts of a later piece; its lines stay its own. */
    void merge(Written later) {
        shape.merge(later.shape);
        later.dropped.forEach((reason, count) -> dropped.merge(reason, count, Long::sum));
        examples.addAll(later.examples);
        Arrays.setAll(scores, i -> scores[i] + later.scores[i]);
        samples += later.samples;
        replies += later.replies;
        messages += later.messages;
        sessionsUpTo = Math.max(sessionsUpTo, later.sessionsUpTo);
    }

    /** Samples with a score, by that, in bins of equal width from 0 to 1. */
    List<Integer> scores() {
        return Arrays.stream(scores).boxed().toList();
    }

    /**
     * Writes the conversation with only the selected replies learned, up to the last of them. What is held out must
     * not even be history: there the conversation is parted.
     */
    private void select(Sample sample, Selection choice) {
        List<Turn> turns = new ArrayList<>();
        List<Score> learned = new ArrayList<>();
        int reply = 0;
        int end = 0;
        for (Turn turn : sample.conversation().turns()) {
            Turn next = turn;
            if (turn.target()) {
                Reply said = sample.replies().get(reply++);
                String reason = choice.reason(said);
                if (reason == null) {
                    keep(said);
                    choice.score(said).ifPresent(learned::add);
                } else {
                    dropped.merge(reason, (long) said.messages(), Long::sum);
                    next = new Turn(turn.role(), turn.content(), false);
                }
            }
            turns.add(next);
            end = next.target() ? turns.size() : end;
            if (learns && next.role() == Role.ASSISTANT && !next.target() && choice.repeatsValidation(next.content())) {
                write(turns, end, learned, sample);
                learned.clear();
                turns.removeIf(before -> before.role() != Role.SYSTEM);
                end = 0;
            }
        }
        write(turns, end, learned, sample);
    }

    private void write(List<Turn> turns, int end, List<Score> learned, Sample sample) {
        if (end > 0) {
            write(new Conversation(turns.subList(0, end)), learned, sample);
        }
    }

    private void write(Conversation conversation, List<Score> learned, Sample sample) {
        if (learned.isEmpty()) {
            lines.add(conversation, sample.meta());
        } else {
            Score score = Score.mean(learned);
            lines.add(conversation, sample.meta().withScore(score));
            scores[(int) Math.min(SCORE_BINS - 1, score.value() * SCORE_BINS)]++;
        }
        shape.add(conversation);
        samples++;
        int first = sample.replies().get(0).number();
        int last = first + sample.replies().size() - 1;
        if (first == 0 || last / every > (first - 1) / every) {
            examples.add(conversation);
        }
    }

    private void keep(Reply reply) {
        replies++;
        messages += reply.messages();
    }
}
