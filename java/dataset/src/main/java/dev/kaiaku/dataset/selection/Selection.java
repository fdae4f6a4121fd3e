package dev.kaiaku.dataset.selection;

import dev.kaiaku.dataset.sample.Replies;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The replies to learn from. Those held out are never left out; those to learn from must not repeat them. */
public final class Selection {
    /** Replies as long as this are not written twice by chance. */
    private static final int LONG_REPLY = 40;

    private final BitSet leftOut = new BitSet();
    private final Map<String, Long> dropped = new TreeMap<>();

    /**
     * Chooses among the replies to learn from.
     *
     * @param train replies to choose among
     * @param validation replies held out
     */
    public static Selection of(Replies train, Replies validation) {
        Selection selection = new Selection();
        Set<String> held = new HashSet<>();
        validation.forEach(reply -> {
            if (reply.text().length() >= LONG_REPLY) {
                held.add(reply.text());
            }
        });
        train.forEach(reply -> {
            if (held.contains(reply.text())) {
                selection.leaveOut(reply.number(), "in validation too");
            }
        });
        return selection;
    }

    /** Whether the reply of this number stays. */
    public boolean keeps(int number) {
        return !leftOut.get(number);
    }

    /** Replies left out, by reason. */
    public Map<String, Long> dropped() {
        return Collections.unmodifiableMap(dropped);
    }

    private void leaveOut(int number, String reason) {
        leftOut.set(number);
        dropped.merge(reason, 1L, Long::sum);
    }
}
