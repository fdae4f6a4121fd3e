package dev.kaiaku.eval.style;

import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.score.Auc;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.score.Measured;
import dev.kaiaku.eval.score.Pools;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
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
    private final double[] persona;
    private final Map<String, double[]> members = new TreeMap<>();
    private final Map<Integer, Marks> marks = new HashMap<>();

    /** What pools of one size are measured by: the crowd's scores, and the areas of members and person. */
    private record Marks(double[] crowd, double floor, double ceiling) {}

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
            return measured().way();
        }

        public Measured measured() {
            return new Measured(value, floor, ceiling);
        }
    }

    public StyleScores(EvalData data) {
        model = new StyleModel(messages(data.learned()), crowd(byAuthor(data.others())), SEED);
        byAuthor(data.laterOthers()).forEach((name, messages) -> members.put(name, model.scores(messages)));
        persona = model.scores(messages(data.heldOut()));
    }

    /** Whether there is somebody to compare with. */
    public boolean usable() {
        return !members.isEmpty() && persona.length >= FEWEST_MESSAGES;
    }

    /** Scores of replies over pools of {@code pool} messages. */
    public Score of(List<Reply> replies, int pool) {
        Marks at = marks.computeIfAbsent(pool, this::marks);
        double[] scores = model.scores(messages(replies));
        Interval value = Interval.bootstrap(
                scores.length, chosen -> Auc.of(Pools.of(at(scores, chosen), pool, SEED), at.crowd()), SEED);
        return new Score(pool, at.floor(), value, at.ceiling());
    }

    /** Log-odds of each message of some replies. */
    public double[] odds(List<Reply> replies) {
        return model.scores(messages(replies));
    }

    /** Log-odds of what the other members wrote later, each with the same weight. */
    public double[] crowdOdds() {
        return crowdOfScores(members);
    }

    /** Area of each other member against the rest, by name. */
    public Map<String, Double> members(int pool) {
        Map<String, Double> areas = new TreeMap<>();
        members.forEach((name, scores) -> {
            Map<String, double[]> others = new TreeMap<>(members);
            others.remove(name);
            double[] rest = crowdOfScores(others);
            if (scores.length >= pool && rest.length >= pool) {
                areas.put(name, Auc.of(Pools.of(scores, pool, SEED), Pools.of(rest, pool, SEED)));
            }
        });
        return areas;
    }

    private Marks marks(int pool) {
        double[] crowd = Pools.of(crowdOfScores(members), pool, SEED);
        double floor = members(pool).values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0.5);
        return new Marks(crowd, floor, Auc.of(Pools.of(persona, pool, SEED), crowd));
    }

    private static double[] crowdOfScores(Map<String, double[]> members) {
        Map<String, List<Double>> lists = new TreeMap<>();
        members.forEach(
                (name, scores) -> lists.put(name, Arrays.stream(scores).boxed().toList()));
        return crowd(lists).stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Map<String, List<String>> byAuthor(List<Line> lines) {
        Map<String, List<String>> authors = lines.stream()
                .collect(Collectors.groupingBy(
                        Line::author, TreeMap::new, Collectors.mapping(Line::text, Collectors.toList())));
        authors.values().removeIf(messages -> messages.size() < FEWEST_MESSAGES);
        return authors;
    }

    /** What each author wrote, or its scores, in turn, so that nobody's voice is louder for having said more. */
    private static <T> List<T> crowd(Map<String, List<T>> authors) {
        List<List<T>> shuffled = new ArrayList<>();
        for (List<T> items : authors.values()) {
            List<T> copy = new ArrayList<>(items);
            Collections.shuffle(copy, new Random(SEED));
            shuffled.add(copy);
        }
        List<T> crowd = new ArrayList<>();
        int longest = shuffled.stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < longest && crowd.size() < LARGEST_CROWD; i++) {
            for (List<T> items : shuffled) {
                if (i < items.size()) {
                    crowd.add(items.get(i));
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
