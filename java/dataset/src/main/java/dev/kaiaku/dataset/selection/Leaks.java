package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.sample.Replies;
import dev.kaiaku.dataset.sample.Reply;
import dev.kaiaku.dataset.selection.NearDuplicates.Sketch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What training and validation both have. Long replies held out, and long messages of them, must not be learned,
 * nor anything nearly the same; where the rest of a reply and its context are the same in both, it is not held out.
 */
final class Leaks {
    private static final long NONE = 0;

    private final NearDuplicates held = new NearDuplicates(MinHash.BANDS, Integer.MAX_VALUE);
    private final LongTable exchanges = new LongTable();
    private final BitSet learned = new BitSet();

    /** @param validation replies held out */
    Leaks(Replies validation) {
        validation.forEach(this::heldOut, this::add);
    }

    private record HeldOut(int number, List<Sketch> texts, long exchange) {}

    /** Whether a turn of the persona, or a message of it, is nearly one that is held out. Thread-safe. */
    boolean repeats(String turn) {
        return held.size() > 0 && sketches(turn).stream().anyMatch(text -> held.find(text) >= 0);
    }

    /** What a reply shares with one of the same text in the same context. */
    static long exchange(Reply reply) {
        return Mix.of(31 * Mix.of(reply.context()) + Mix.of(reply.text()));
    }

    /** Remembers a reply that may be learned by its {@link #exchange}. */
    void addLearned(long exchange) {
        int same = exchanges.get(exchange);
        if (same >= 0) {
            learned.set(same);
        }
    }

    /** Whether a reply held out and its context may be learned too. */
    boolean isLearned(long exchange) {
        int same = exchanges.get(exchange);
        return same >= 0 && learned.get(same);
    }

    private HeldOut heldOut(Reply reply) {
        boolean tellsMuch = reply.context().length() + reply.text().length() >= NearDuplicates.SHORTEST;
        return new HeldOut(reply.number(), sketches(reply.text()), tellsMuch ? exchange(reply) : NONE);
    }

    private void add(HeldOut reply) {
        reply.texts.forEach(held::findOrAdd);
        if (reply.exchange != NONE && exchanges.get(reply.exchange) < 0) {
            exchanges.put(reply.exchange, reply.number);
        }
    }

    /** Of a turn and of its messages, the long ones. */
    private List<Sketch> sketches(String turn) {
        if (turn.length() < NearDuplicates.SHORTEST) {
            return List.of();
        }
        List<Sketch> sketches = new ArrayList<>();
        sketches.add(held.sketch(turn));
        List<String> messages = MessageText.split(turn);
        if (messages.size() > 1) {
            messages.stream()
                    .filter(message -> message.length() >= NearDuplicates.SHORTEST)
                    .forEach(message -> sketches.add(held.sketch(message)));
        }
        return sketches;
    }
}
