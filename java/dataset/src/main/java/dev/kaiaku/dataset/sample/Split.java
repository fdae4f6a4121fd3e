package dev.kaiaku.dataset.sample;

import java.util.List;

/**
 * Samples to learn from and samples held out: whole sessions, the latest ones held out.
 *
 * @param train in the order of time
 * @param validation later than all of {@code train}, by the start of the session
 */
public record Split(List<Sample> train, List<Sample> validation) {
    /**
     * Holds out the latest sessions until they have at least a share of the samples. Of two sessions or more
     * one is always held out (unless the share is 0) and one always learned from.
     *
     * @param sessions samples of each session, none empty, in the order of time
     */
    public static Split of(List<List<Sample>> sessions, double share) {
        long samples = sessions.stream().mapToLong(List::size).sum();
        int first = sessions.size();
        long held = 0;
        while (first > 1 && held < share * samples) {
            first--;
            held += sessions.get(first).size();
        }
        return new Split(flat(sessions.subList(0, first)), flat(sessions.subList(first, sessions.size())));
    }

    private static List<Sample> flat(List<List<Sample>> sessions) {
        return sessions.stream().flatMap(List::stream).toList();
    }
}
