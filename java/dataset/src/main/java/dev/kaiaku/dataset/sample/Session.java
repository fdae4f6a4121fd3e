package dev.kaiaku.dataset.sample;

import dev.kaiaku.dataset.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Messages of one channel that follow each other without a long pause.
 *
 * @param number from 1, in the order of the first messages' times
 */
public record Session(int number, List<Message> messages) {
    /** The sessions of all channels. */
    public static List<Session> of(List<List<Message>> channels, Duration gap) {
        List<List<Message>> runs = new ArrayList<>();
        for (List<Message> channel : channels) {
            int start = 0;
            for (int i = 1; i <= channel.size(); i++) {
                if (i == channel.size() || pauses(channel, i, gap)) {
                    runs.add(channel.subList(start, i));
                    start = i;
                }
            }
        }
        runs.removeIf(List::isEmpty);
        runs.sort(Comparator.comparing(run -> run.get(0).time()));
        List<Session> sessions = new ArrayList<>(runs.size());
        for (List<Message> run : runs) {
            sessions.add(new Session(sessions.size() + 1, run));
        }
        return sessions;
    }

    public Instant start() {
        return messages.get(0).time();
    }

    private static boolean pauses(List<Message> messages, int i, Duration gap) {
        return !messages.get(i).time().isBefore(messages.get(i - 1).time().plus(gap));
    }
}
