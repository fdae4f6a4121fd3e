package dev.kaiaku.dataset.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Sessions to learn from and sessions held out: the latest ones, with a gap between.
 *
 * @param train in the order of time
 * @param between so near to those held out that they would give them away
 * @param validation later than all of {@code train}, by the start of the session
 */
public record Split(List<Session> train, List<Session> between, List<Session> validation) {
    /** Small datasets can spare no more than this share for the gap. */
    private static final int MOST_BETWEEN = 20;

    /**
     * Holds out the latest sessions until they have at least a share of the replies. Of two sessions or more one is
     * always held out (unless the share is 0) and one always learned from.
     *
     * @param sessions with a reply each at least, in the order of time
     * @param replies of a session
     * @param guard a session that ends less than this before the first one held out is between, as long as no more
     *     than a twentieth of the replies is
     */
    public static Split of(List<Session> sessions, ToIntFunction<Session> replies, double share, Duration guard) {
        long all = sessions.stream().mapToLong(replies::applyAsInt).sum();
        int first = sessions.size();
        long held = 0;
        while (first > 1 && held < share * all) {
            first--;
            held += replies.applyAsInt(sessions.get(first));
        }
        if (first == sessions.size()) {
            return new Split(sessions, List.of(), List.of());
        }
        long limit = sessions.get(first).start() - guard.toNanos();
        long room = (all - held) / MOST_BETWEEN;
        Set<Integer> left = new HashSet<>();
        List<Session> between = new ArrayList<>();
        for (int i = first - 1; i > 0 && !guard.isZero(); i--) {
            Session session = sessions.get(i);
            if (session.end() > limit && replies.applyAsInt(session) <= room) {
                room -= replies.applyAsInt(session);
                between.add(session);
                left.add(session.number());
            }
        }
        List<Session> train = sessions.subList(0, first).stream()
                .filter(session -> !left.contains(session.number()))
                .toList();
        return new Split(train, between, sessions.subList(first, sessions.size()));
    }
}
