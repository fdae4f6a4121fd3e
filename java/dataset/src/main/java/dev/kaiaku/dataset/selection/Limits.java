package dev.kaiaku.dataset.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps the best replies within the limits of {@link SelectionOptions}. */
final class Limits {
    private static final int THOUSANDTHS = 1000;

    private final Scores scores;
    private final SelectionOptions options;
    private final List<String> before;
    private final int[] order;

    /** @param before why a reply is left out already, or {@link Selection#KEPT} */
    Limits(Scores scores, SelectionOptions options, List<String> before) {
        this.scores = scores;
        this.options = options;
        this.before = before;
        order = bestFirst();
    }

    /** Why each reply is left out, those before included, or {@link Selection#KEPT}. */
    List<String> apply() {
        if (options.equals(SelectionOptions.ALL)) {
            return before;
        }
        int identical = Integer.MAX_VALUE;
        while (true) {
            List<String> chosen = new ArrayList<>(before);
            Map<Long, Integer> sizes = choose(chosen, identical);
            int kept = sizes.values().stream().mapToInt(Integer::intValue).sum();
            int largest =
                    sizes.values().stream().mapToInt(Integer::intValue).max().orElse(0);
            int allowed = Math.max(1, (int) (options.maxShareOfIdentical() * kept));
            if (largest <= allowed) {
                return chosen;
            }
            // Leaving some out lowers what the share allows, so the bound has to sink until both agree.
            identical = Math.min(allowed, largest - 1);
        }
    }

    /** Sets the reasons, and gives back how many replies of each {@link Profile#key} stay. */
    private Map<Long, Integer> choose(List<String> reasons, int identical) {
        Map<Long, Integer> sizes = new HashMap<>();
        Map<Integer, Integer> sessions = new HashMap<>();
        int kept = 0;
        for (int reply : order) {
            long key = scores.key(reply);
            int session = scores.session(reply);
            if (scores.score(reply).value() < options.minScore()) {
                reasons.set(reply, "below --min-score");
            } else if (sizes.getOrDefault(key, 0) >= identical) {
                reasons.set(reply, "identical replies");
            } else if (options.perSessionCap() > 0 && sessions.getOrDefault(session, 0) >= options.perSessionCap()) {
                reasons.set(reply, "beyond --per-session-cap");
            } else if (options.top() > 0 && kept >= options.top()) {
                reasons.set(reply, "beyond --top");
            } else {
                kept++;
                sizes.merge(key, 1, Integer::sum);
                sessions.merge(session, 1, Integer::sum);
            }
        }
        return sizes;
    }

    /** Replies not left out already, by score, then by time. */
    private int[] bestFirst() {
        long[] sorted = new long[scores.count()];
        int candidates = 0;
        for (int reply = 0; reply < scores.count(); reply++) {
            if (before.get(reply).equals(Selection.KEPT)) {
                long score = Math.round(THOUSANDTHS * scores.score(reply).value());
                sorted[candidates++] = ((THOUSANDTHS - score) << Integer.SIZE) | reply;
            }
        }
        Arrays.sort(sorted, 0, candidates);
        return Arrays.stream(sorted, 0, candidates)
                .mapToInt(entry -> (int) entry)
                .toArray();
    }
}
