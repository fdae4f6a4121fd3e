package dev.kaiaku.dataset;

import dev.kaiaku.dataset.sample.Reply;
import dev.kaiaku.dataset.sample.Sample;
import dev.kaiaku.dataset.sample.ShapeCounts;
import dev.kaiaku.dataset.selection.Selection;
import java.util.ArrayList;
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
            write(sample.conversation(), sample);
        } else {
            select(sample, selection);
        }
    }

    /** Adds the counts of a later piece; its lines stay its own. */
    void merge(Written later) {
        shape.merge(later.shape);
        later.dropped.forEach((reason, count) -> dropped.merge(reason, count, Long::sum));
        examples.addAll(later.examples);
        samples += later.samples;
        replies += later.replies;
        messages += later.messages;
        sessionsUpTo = Math.max(sessionsUpTo, later.sessionsUpTo);
    }

    /**
     * Writes the conversation with only the selected replies learned, up to the last of them. What is held out must
     * not even be history: there the conversation is parted.
     */
    private void select(Sample sample, Selection choice) {
        List<Turn> turns = new ArrayList<>();
        int reply = 0;
        int end = 0;
        for (Turn turn : sample.conversation().turns()) {
            Turn next = turn;
            if (turn.target()) {
                Reply said = sample.replies().get(reply++);
                String reason = choice.reason(said.number());
                if (reason == null) {
                    keep(said);
                } else {
                    dropped.merge(reason, (long) said.messages(), Long::sum);
                    next = new Turn(turn.role(), turn.content(), false);
                }
            }
            turns.add(next);
            end = next.target() ? turns.size() : end;
            if (learns && next.role() == Role.ASSISTANT && !next.target() && choice.repeatsValidation(next.content())) {
                write(turns, end, sample);
                turns.removeIf(before -> before.role() != Role.SYSTEM);
                end = 0;
            }
        }
        write(turns, end, sample);
    }

    private void write(List<Turn> turns, int end, Sample sample) {
        if (end > 0) {
            write(new Conversation(turns.subList(0, end)), sample);
        }
    }

    private void write(Conversation conversation, Sample sample) {
        lines.add(conversation, sample.meta());
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
