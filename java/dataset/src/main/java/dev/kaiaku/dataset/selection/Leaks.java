package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.sample.Replies;
import dev.kaiaku.dataset.sample.Reply;
import dev.kaiaku.dataset.selection.NearDuplicates.Sketch;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * What training and validation both have. Long replies held out, and long messages of them, must not be learned,
 * nor anything nearly the same; where the rest of a reply and its context are the same in both, it is not held out.
 * Thread-safe.
 */
final class Leaks {
    private final NearDuplicates held = new NearDuplicates(MinHash.BANDS, Integer.MAX_VALUE);
    /** Numbers of replies held out by their {@link #exchange}. */
    private final LongTable exchanges = new LongTable();
    /** Hashes of the texts of these: most replies to learn differ in that already. */
    private final LongTable texts = new LongTable();
    /** Those of {@link #exchanges} that may be learned too. */
    private final BitSet learned = new BitSet();

    private int distinct;
    private boolean tellsLittle;

    /** @param validation replies held out */
    Leaks(Replies validation) {
        validation.forEach(
                reply ->
                        new HeldOut(reply, texts(reply.text()).map(held::sketch).toList()),
                this::add);
    }

    private record HeldOut(Reply reply, List<Sketch> texts) {}

    /** Whether a turn of the persona, or a message of it, is nearly one that is held out. */
    boolean repeats(String turn) {
        return held.size() > 0 && texts(turn).anyMatch(held::contains);
    }

    /** Whether a reply may be learned; it is remembered then. */
    boolean mayLearn(Reply reply) {
        if (repeats(reply.text())) {
            return false;
        }
        if (texts.get(reply.text().hashCode()) >= 0) {
            int same = exchanges.get(exchange(reply));
            if (same >= 0) {
                synchronized (learned) {
                    learned.set(same);
                }
            }
        }
        return true;
    }

    /** Whether a reply held out is no copy of one that may be learned; where all are, copies are better than nothing. */
    boolean mayHoldOut(Reply reply) {
        int same = exchanges.get(exchange(reply));
        synchronized (learned) {
            return same < 0 || !learned.get(same) || (!tellsLittle && learned.cardinality() == distinct);
        }
    }

    private void add(HeldOut added) {
        Reply reply = added.reply;
        added.texts.forEach(held::findOrAdd);
        if (reply.context().length() + reply.text().length() < NearDuplicates.SHORTEST) {
            tellsLittle = true;
            return;
        }
        long exchange = exchange(reply);
        if (exchanges.get(exchange) < 0) {
            exchanges.put(exchange, reply.number());
            texts.put(reply.text().hashCode(), reply.number());
            distinct++;
        }
    }

    /** What a reply shares with one of the same text in the same context. */
    private static long exchange(Reply reply) {
        return Mix.of(31 * Mix.of(reply.context()) + Mix.of(reply.text()));
    }

    /** A turn and its messages, the long ones. */
    private static Stream<String> texts(String turn) {
        if (turn.length() < NearDuplicates.SHORTEST) {
            return Stream.empty();
        }
        List<String> messages = MessageText.split(turn);
        return messages.size() == 1
                ? Stream.of(turn)
                : Stream.concat(
                        Stream.of(turn),
                        messages.stream().filter(message -> message.length() >= NearDuplicates.SHORTEST));
    }
}
