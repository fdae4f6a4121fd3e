package dev.kaiaku.eval.tune;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.eval.Ruler;
import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.Speaker;
import dev.kaiaku.trainer.TrainOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How much of an adapter to apply, found without training it again: every strength is measured by held-out NLL, and
 * those near the lowest by what they say.
 *
 * @param points by strength, ascending
 * @param picked the strength whose replies score best among those near the lowest NLL
 */
public record StrengthScan(List<Point> points, double picked) {
    static final List<Double> STRENGTHS = List.of(0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2);
    /** NLL at most this many times the lowest is near it. */
    static final double NEAR = 1.01;
    /** Strengths that are heard. */
    private static final int HEARD = 3;
    /** Replies that NLL is measured on, at the most. */
    static final int PREDICTED = 300;
    /** Replies that are heard of each strength, at the most. */
    static final int REPLIES = 150;

    public StrengthScan {
        points = List.copyOf(points);
    }

    /**
     * A strength.
     *
     * @param nll -log p per byte of held-out replies
     * @param quality null where NLL spoke against it already
     */
    public record Point(
            double strength, double nll, @Nullable Quality quality) {}

    /**
     * Of an adapter on the held-out replies of its dataset.
     *
     * @param options as in training
     * @throws BadInputException where nothing is held out
     */
    public static StrengthScan of(
            BaseModel base, LoraAdapter adapter, EvalData data, TrainOptions options, Progress progress) {
        HeldOut all = HeldOut.of(data);
        if (all.replies().isEmpty()) {
            throw new BadInputException("no reply is held out to find a strength by; build the dataset with a larger"
                    + " --validation, or name a strength");
        }
        HeldOut predicted = all.thinned(PREDICTED);
        Audition audition = new Audition(new Ruler(data), all, options.seed());
        int seqLen = options.data().seqLen(base.config().contextLength());
        try (Speaker model = Speaker.open(base, adapter, options.compute(), progress)) {
            return of(
                    strength -> {
                        model.strength(strength);
                        return predicted.nllPerByte(model, seqLen, at(strength, progress));
                    },
                    strength -> {
                        model.strength(strength);
                        return audition.hear(model, all, SamplingScan.USUAL, REPLIES, at(strength, progress));
                    });
        }
    }

    private static Progress at(double strength, Progress progress) {
        return (task, done, total) -> progress.report("strength " + strength + ", " + task, done, total);
    }

    static StrengthScan of(DoubleUnaryOperator nll, DoubleFunction<Quality> quality) {
        List<Point> points = new ArrayList<>();
        for (double strength : STRENGTHS) {
            points.add(new Point(strength, nll.applyAsDouble(strength), null));
        }
        List<Integer> near = near(points);
        int best = near.get(0);
        double bestScore = -1;
        for (int i : near) {
            Quality heard = quality.apply(points.get(i).strength());
            points.set(i, new Point(points.get(i).strength(), points.get(i).nll(), heard));
            if (heard.score() > bestScore) {
                bestScore = heard.score();
                best = i;
            }
        }
        return new StrengthScan(points, points.get(best).strength());
    }

    /** For a terminal. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Strength " + picked + ", of those tried on held-out replies:");
        for (Point point : points) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %.1f  NLL per byte %.4f%s",
                    point.strength(),
                    point.nll(),
                    point.quality() == null ? "" : "  " + point.quality()));
        }
        return lines;
    }

    /** The lowest first, then what lies farthest from it on either side and is near in NLL still. */
    private static List<Integer> near(List<Point> points) {
        Comparator<Integer> byNll =
                Comparator.comparingDouble(i -> points.get(i).nll());
        List<Integer> near = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            near.add(i);
        }
        int lowest = near.stream().min(byNll).orElseThrow();
        near.removeIf(i -> points.get(i).nll() > NEAR * points.get(lowest).nll());
        List<Integer> chosen = new ArrayList<>(List.of(lowest));
        for (int end : List.of(near.get(0), near.get(near.size() - 1))) {
            if (!chosen.contains(end) && chosen.size() < HEARD) {
                chosen.add(end);
            }
        }
        return chosen;
    }
}
