package dev.kaiaku.eval.tune;

import dev.kaiaku.trainer.samples.Sampler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which temperature and min-p replies are best drawn with: all are heard on some contexts, the better half on twice
 * as many, and so on.
 *
 * @param points in the order of hearing
 * @param picked the best of those heard last
 */
public record SamplingScan(List<Point> points, Sampler.Settings picked) {
    private static final double TOP_P = 0.95;
    /** How chat draws replies where nobody says otherwise. */
    static final Sampler.Settings USUAL = settings(0.8, 0.05);

    static final List<Sampler.Settings> CANDIDATES = List.of(
            USUAL,
            settings(0.8, 0.1),
            settings(1.0, 0.05),
            settings(1.0, 0.1),
            settings(0.65, 0.05),
            settings(0.65, 0.1),
            settings(0.5, 0.05),
            settings(0.35, 0.05));

    public SamplingScan {
        points = List.copyOf(points);
    }

    /**
     * A way to draw.
     *
     * @param replies that were heard
     */
    public record Point(Sampler.Settings sampling, int replies, Quality quality) {}

    /** Lets a model speak. */
    interface Hearing {
        Quality of(Sampler.Settings sampling, int replies);
    }

    /** @param fewest replies of the first round; those of the last are at most four times as many */
    static SamplingScan of(int fewest, Hearing hearing) {
        List<Point> points = new ArrayList<>();
        List<Sampler.Settings> left = CANDIDATES;
        int replies = fewest;
        while (true) {
            List<Point> round = new ArrayList<>();
            for (Sampler.Settings sampling : left) {
                round.add(new Point(sampling, replies, hearing.of(sampling, replies)));
            }
            points.addAll(round);
            List<Sampler.Settings> best = round.stream()
                    .sorted(Comparator.comparingDouble(
                            (Point point) -> -point.quality().score()))
                    .map(Point::sampling)
                    .toList();
            if (best.size() <= 2) {
                return new SamplingScan(points, best.get(0));
            }
            left = best.subList(0, Halving.kept(best.size()));
            replies *= 2;
        }
    }

    private static Sampler.Settings settings(double temperature, double minP) {
        return new Sampler.Settings(temperature, TOP_P, minP);
    }
}
