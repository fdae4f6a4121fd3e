package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.Message;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Messages that an earlier file holds too: by id where both have one, else by author, time and text, as often as
 * the earlier files have them. Within one file nothing repeats. Not thread-safe.
 */
public final class Repeats {
    private final boolean several;
    private final Set<String> earlierIds = new HashSet<>();
    private final Set<String> ids = new HashSet<>();
    private final Map<Key, Count> counts = new HashMap<>();

    /** @param several whether there is more than one file; else there is nothing to remember */
    public Repeats(boolean several) {
        this.several = several;
    }

    /** Whether to pass over this message of the file at hand. */
    public boolean contain(Message message) {
        if (!several) {
            return false;
        }
        String id = message.id();
        Count count =
                counts.computeIfAbsent(new Key(message.authorId(), message.time(), message.text()), key -> new Count());
        if (id == null) {
            count.here++;
            return count.here <= count.earlier + count.earlierWithId;
        }
        count.hereWithId++;
        if (earlierIds.contains(id)) {
            return true;
        }
        ids.add(id);
        return count.hereWithId <= count.earlier;
    }

    /** Starts the next file. */
    public void nextFile() {
        if (several) {
            earlierIds.addAll(ids);
            ids.clear();
            counts.values().forEach(Count::nextFile);
        }
    }

    private record Key(String authorId, Instant time, String text) {}

    /** How often a message was met: in the file at hand, and at the most in one of the earlier files. */
    private static final class Count {
        private int here;
        private int hereWithId;
        private int earlier;
        private int earlierWithId;

        void nextFile() {
            earlier = Math.max(earlier, here);
            earlierWithId = Math.max(earlierWithId, hereWithId);
            here = 0;
            hereWithId = 0;
        }
    }
}
