package dev.kaiaku.serve.game;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Which one is real? Every judge gets all rounds in an order and with sides of their own, and learns how they did only
 * from the results. A round counts once, by the first answer. Thread-safe.
 */
public final class Game {
    private static final int MOST_JUDGES = 200;

    private final String persona;
    private final List<Round> rounds;
    private final long seed;
    private final ShareRange range;
    private final Map<String, Judge> judges = new LinkedHashMap<>();

    /** The range that holds a share in 95 of 100 repetitions. */
    @FunctionalInterface
    public interface ShareRange {
        /** Low and high end of the share {@code right / asked}. */
        double[] of(long right, long asked);
    }

    /**
     * What a judge is asked next.
     *
     * @param number of the question, from 0
     * @param realLeft whether the real reply is shown first; not for the judge's eyes
     */
    public record Question(int number, Round round, boolean realLeft) {}

    /**
     * How often the real reply was recognised; half of the time is no better than guessing.
     *
     * @param judge name of the judge, {@code all} for everybody together
     */
    public record Result(String judge, int right, int asked, double low, double high) {
        /** NaN where nothing was answered. */
        public double share() {
            return asked == 0 ? Double.NaN : (double) right / asked;
        }

        /** In plain words. */
        public String verdict() {
            return low > 0.5
                    ? "tells them apart"
                    : high < 0.5 ? "takes the machine for the person" : "may as well be guessing";
        }
    }

    private static final class Judge {
        private final List<Integer> order = new ArrayList<>();
        private final List<Boolean> realLeft = new ArrayList<>();
        private final Map<Integer, Boolean> right = new HashMap<>();
    }

    /** @param seed of orders and sides */
    public Game(String persona, List<Round> rounds, long seed, ShareRange range) {
        this.persona = persona;
        this.rounds = List.copyOf(rounds);
        this.seed = seed;
        this.range = range;
    }

    public String persona() {
        return persona;
    }

    /** How many questions there are. */
    public int rounds() {
        return rounds.size();
    }

    /**
     * The first question that a judge has not answered; empty after the last.
     *
     * @throws IllegalStateException where more people judge than a game is made for
     */
    public synchronized Optional<Question> next(String name) {
        Judge judge = judge(name);
        int number = judge.right.size();
        return number == rounds.size()
                ? Optional.empty()
                : Optional.of(new Question(number, rounds.get(judge.order.get(number)), judge.realLeft.get(number)));
    }

    /**
     * Takes an answer.
     *
     * @param number of the question, which has to be the next one
     * @param left whether the judge takes the first reply for the real one
     * @return false for a question that is not the next one, such as one that was answered in another window
     */
    public synchronized boolean answer(String name, int number, boolean left) {
        Judge judge = judge(name);
        if (number != judge.right.size() || number >= rounds.size()) {
            return false;
        }
        judge.right.put(number, judge.realLeft.get(number) == left);
        return true;
    }

    /** Of each judge who answered something, in the order of their coming. */
    public synchronized List<Result> results() {
        List<Result> results = new ArrayList<>();
        judges.forEach((name, judge) -> {
            if (!judge.right.isEmpty()) {
                int right =
                        (int) judge.right.values().stream().filter(hit -> hit).count();
                results.add(result(name, right, judge.right.size()));
            }
        });
        return results;
    }

    /** Of all judges together. */
    public synchronized Result pooled() {
        List<Result> all = results();
        return result(
                "all",
                all.stream().mapToInt(Result::right).sum(),
                all.stream().mapToInt(Result::asked).sum());
    }

    private Result result(String name, int right, int asked) {
        double[] ends = range.of(right, asked);
        return new Result(name, right, asked, ends[0], ends[1]);
    }

    private Judge judge(String name) {
        if (!judges.containsKey(name) && judges.size() >= MOST_JUDGES) {
            throw new IllegalStateException("more than " + MOST_JUDGES + " judges");
        }
        return judges.computeIfAbsent(name, this::newJudge);
    }

    private Judge newJudge(String name) {
        Random random = new Random(seed * 31 + name.hashCode());
        Judge judge = new Judge();
        for (int i = 0; i < rounds.size(); i++) {
            judge.order.add(i);
            judge.realLeft.add(random.nextBoolean());
        }
        Collections.shuffle(judge.order, random);
        return judge;
    }
}
