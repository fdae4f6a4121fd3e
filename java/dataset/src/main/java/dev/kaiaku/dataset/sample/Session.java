package dev.kaiaku.dataset.sample;

import dev.kaiaku.dataset.store.MessageStore;
import dev.kaiaku.dataset.store.StoredChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Messages of one channel that follow each other without a long pause.
 *
 * @param number from 1, in the order of the first messages' times
 * @param from first message
 * @param to the one after the last
 */
public record Session(int number, StoredChannel channel, int from, int to) {
    /** The sessions of all channels. */
    public static List<Session> of(MessageStore store, Duration gap) {
        List<Session> runs = new ArrayList<>();
        long pause = gap.toNanos();
        for (StoredChannel channel : store.channels()) {
            int start = 0;
            for (int i = 1; i <= channel.size(); i++) {
                if (i == channel.size() || channel.nanos(i) - channel.nanos(i - 1) >= pause) {
                    runs.add(new Session(0, channel, start, i));
                    start = i;
                }
            }
        }
        if (store.channels().size() > 1) {
            runs.sort(Comparator.comparingLong(Session::start));
        }
        List<Session> sessions = new ArrayList<>(runs.size());
        for (Session run : runs) {
            sessions.add(new Session(sessions.size() + 1, run.channel(), run.from(), run.to()));
        }
        return sessions;
    }

    /** Time of the first message, in nanoseconds since 1970. */
    public long start() {
        return channel.nanos(from);
    }

    /** Time of the last message. */
    public long end() {
        return channel.nanos(to - 1);
    }
}
