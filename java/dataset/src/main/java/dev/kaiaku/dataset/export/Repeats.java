package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.store.Hash64;
import dev.kaiaku.dataset.store.LongMap;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Messages that an earlier file holds too: by id where both have one, else by author, time and text, as often as
 * the earlier files have them. Within one file nothing repeats. Remembers fingerprints only. Not thread-safe.
 */
final class Repeats {
    private static final int BITS = 12;
    private static final long MOST = (1 << BITS) - 1;
    private static final int HERE = 0;
    private static final int HERE_WITH_ID = BITS;
    private static final int EARLIER = 2 * BITS;
    private static final int EARLIER_WITH_ID = 3 * BITS;
    private static final int FILE = 4 * BITS;

    private final boolean several;
    /** The file that first had each id. */
    private final LongMap ids = new LongMap();
    /** Four counts of each message and the file that they are of: in that file, and at the most in one before it. */
    private final LongMap counts = new LongMap();

    private long file;

    /** @param several whether there is more than one file; else there is nothing to remember */
    Repeats(boolean several) {
        this.several = several;
    }

    /** Whether to pass over this message of the file at hand. */
    boolean contain(Message message) {
        if (!several) {
            return false;
        }
        long author = Hash64.of(message.authorId());
        long time = Hash64.of(ChronoUnit.NANOS.between(Instant.EPOCH, message.time()), author);
        long key = Hash64.of(message.text(), time);
        long count = upToDate(counts.get(key, 0));
        String id = message.id();
        if (id == null) {
            count = incremented(count, HERE);
            counts.put(key, count);
            return part(count, HERE) <= part(count, EARLIER) + part(count, EARLIER_WITH_ID);
        }
        count = incremented(count, HERE_WITH_ID);
        counts.put(key, count);
        long idKey = Hash64.of(id);
        if (ids.get(idKey, file) != file) {
            return true;
        }
        ids.put(idKey, file);
        return part(count, HERE_WITH_ID) <= part(count, EARLIER);
    }

    /** Starts the next file. */
    void nextFile() {
        file++;
    }

    /** The counts as of the file at hand. */
    private long upToDate(long count) {
        if (count >>> FILE == (file & 0xFFFF)) {
            return count;
        }
        long earlier = Math.max(part(count, EARLIER), part(count, HERE));
        long earlierWithId = Math.max(part(count, EARLIER_WITH_ID), part(count, HERE_WITH_ID));
        return earlier << EARLIER | earlierWithId << EARLIER_WITH_ID | file << FILE;
    }

    private static long part(long count, int shift) {
        return count >>> shift & MOST;
    }

    private static long incremented(long count, int shift) {
        return part(count, shift) == MOST ? count : count + (1L << shift);
    }
}
