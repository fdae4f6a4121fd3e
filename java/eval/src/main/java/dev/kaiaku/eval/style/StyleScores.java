package dev.kaiaku.eval.style;

import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.score.Auc;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Pools;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where replies stand between other people (floor) and the person's own later messages (ceiling), by areas under
 * the curve against a crowd in which every other member has the same weight. Deterministic. Not thread-safe.
 */
public final class StyleScores {
    private static final int FEWEST_MESSAGES = 20;
    private static final int LARGEST_CROWD = 3_000;
    private static final long SEED = 1;

    private final StyleModel model;
    private final Map<String, List<String>> members;
    private final double[] persona;

    /**
     * Areas over pools of one size.
     *
     * @param floor mean over the other members, each against the rest
     * @param value of the replies
     * @param ceiling of the person's own later messages
     */
    public record Score(int pool, double floor, Interval value, double ceiling) {
        /** 0 at the floor, 1 at the ceiling. */
        public double way() {
            return (value.value() - floor) / (ceiling - floor);
        }
    }

    public StyleScores(EvalData data) {
        model = new StyleModel(messages(data.learned()), crowd(byAuthor(data.others())), SEED);
        members = byAuthor(data.laterOthers());
        persona = model.scores(messages(data.heldOut()));
    }

    /** Whether there is somebody to compare with. */
    public boolean usable() {
        return !members.isEmpty() && persona.length >= FEWEST_MESSAGES;
    }

    /** Scores of replies over pools of {@code pool} messages. */
    public Score of(List<Reply> replies, int pool) {
        double[] crowd = Pools.of(model.scores(crowd(members)), pool, SEED);
        double[] scores = model.scores(messages(replies));
        Interval value = Interval.bootstrap(
                scores.length, chosen -> Auc.of(Pools.of(at(scores, chosen), pool, SEED), crowd), SEED);
        return new Score(pool, floor(pool), value, Auc.of(Pools.of(persona, pool, SEED), crowd));
    }

    /** Area of each other member against the rest, by name. */
    public Map<String, Double> members(int pool) {
        Map<String, Double> areas = new TreeMap<>();
        members.forEach((name, messages) -> {
            Map<String, List<String>> rest = new TreeMap<>(members);
            rest.remove(name);
            List<String> crowd = crowd(rest);
            if (messages.size() >= pool && crowd.size() >= pool) {
                areas.put(
                        name,
                        Auc.of(
                                Pools.of(model.scores(messages), pool, SEED),
                                Pools.of(model.scores(crowd), pool, SEED)));
            }
        });
        return areas;
    }

    private double floor(int pool) {
        return members(pool).values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0.5);
    }

    private static Map<String, List<String>> byAuthor(List<Line> lines) {
        Map<String, List<String>> authors = lines.stream()
                .collect(Collectors.groupingBy(
                        Line::author, TreeMap::new, Collectors.mapping(Line::text, Collectors.toList())));
        authors.values().removeIf(messages -> messages.size() < FEWEST_MESSAGES);
        return authors;
    }

    /** Messages taken from each author in turn, so that nobody's voice is louder for having said more. */
    private static List<String> crowd(Map<String, List<String>> authors) {
        List<List<String>> shuffled = new ArrayList<>();
        for (List<String> messages : authors.values()) {
            List<String> copy = new ArrayList<>(messages);
            Collections.shuffle(copy, new Random(SEED));
            shuffled.add(copy);
        }
        List<String> crowd = new ArrayList<>();
        int longest = shuffled.stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < longest && crowd.size() < LARGEST_CROWD; i++) {
            for (List<String> messages : shuffled) {
                if (i < messages.size()) {
                    crowd.add(messages.get(i));
                }
            }
        }
        return crowd;
    }

    private static List<String> messages(List<Reply> replies) {
        return replies.stream().flatMap(reply -> reply.messages().stream()).toList();
    }

    private static double[] at(double[] values, int[] indices) {
        double[] chosen = new double[indices.length];
        for (int i = 0; i < indices.length; i++) {
            chosen[i] = values[indices[i]];
        }
        return chosen;
    }
}
