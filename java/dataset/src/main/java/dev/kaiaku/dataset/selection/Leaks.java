package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.sample.Replies;
import dev.kaiaku.dataset.sample.Reply;
import java.util.BitSet;
import java.util.List;

/**
 * What training and validation both have. Long replies held out, and long messages of them, must not be learned,
 * nor anything nearly the same; where the rest of a reply and its context are the same in both, it is not held out.
 */
final class Leaks {
    private final NearDuplicates held = new NearDuplicates(MinHash.BANDS, Integer.MAX_VALUE);
    private final LongTable exchanges = new LongTable();
    private final BitSet learned = new BitSet();

    /** @param validation replies held out */
    Leaks(Replies validation) {
        validation.forEach(reply -> {
            add(reply.text());
            List<String> messages = MessageText.split(reply.text());
            if (messages.size() > 1) {
                messages.forEach(this::add);
            }
            long exchange = exchange(reply);
            if (exchanges.get(exchange) < 0) {
                exchanges.put(exchange, reply.number());
            }
        });
    }

    /** Whether a turn of the persona, or a message of it, is nearly one that is held out. Thread-safe. */
    boolean repeats(String text) {
        if (held.size() == 0 || text.length() < NearDuplicates.SHORTEST) {
            return false;
        }
        List<String> messages = MessageText.split(text);
        return held.find(text) >= 0
                || (messages.size() > 1
                        && messages.stream()
                                .anyMatch(message ->
                                        message.length() >= NearDuplicates.SHORTEST && held.find(message) >= 0));
    }

    /** Remembers a reply that is learned. */
    void addLearned(Reply reply) {
        int same = isLong(reply) ? exchanges.get(exchange(reply)) : -1;
        if (same >= 0) {
            learned.set(same);
        }
    }

    /** Whether a reply held out and its context are learned too. */
    boolean isLearned(Reply reply) {
        int same = exchanges.get(exchange(reply));
        return same >= 0 && learned.get(same);
    }

    private void add(String text) {
        if (text.length() >= NearDuplicates.SHORTEST) {
            held.findOrAdd(text);
        }
    }

    private static boolean isLong(Reply reply) {
        return reply.context().length() + reply.text().length() >= NearDuplicates.SHORTEST;
    }

    private static long exchange(Reply reply) {
        return Mix.of(31 * Mix.of(reply.context()) + Mix.of(reply.text()));
    }
}
