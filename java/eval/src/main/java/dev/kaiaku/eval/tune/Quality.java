package dev.kaiaku.eval.tune;

import dev.kaiaku.eval.Figure;
import dev.kaiaku.eval.Scores;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.style.StyleScores;
import java.util.List;
import java.util.Locale;

/**
 * How generated replies are.
 *
 * @param style tone: 0 is another member of the chat, 1 the person
 * @param sense how much replies fit their contexts: 0 is chance, 1 the person
 * @param sound share of replies without a fault; repeating what was said before counts as one only as far as the
 *     person does so less
 */
public record Quality(Interval style, Interval sense, double sound) {
    private static final List<Figure> FAULTS =
            List.of(Figure.UNFINISHED, Figure.EMPTY, Figure.FOREIGN_SPEAKER, Figure.CONTROL_TEXT, Figure.REPEATING);

    static Quality of(Scores scores) {
        double faulty = FAULTS.stream().mapToDouble(scores::value).sum()
                + scores.figure(Figure.IDENTICAL)
                        .map(same -> Math.max(0, same.value().value() - same.ceiling()))
                        .orElse(0.0);
        Interval style = scores.style().isEmpty()
                ? new Interval(1, 1, 1)
                : way(scores.style().get(0));
        return new Quality(style, scores.coherence().way(), Math.max(0, 1 - faulty));
    }

    private static Interval way(StyleScores.Score score) {
        double span = score.ceiling() - score.floor();
        return new Interval(
                score.way(),
                (score.value().low() - score.floor()) / span,
                (score.value().high() - score.floor()) / span);
    }

    /** What candidates are ranked by, 0 to 1: tone times sense times soundness. More than the person is no merit. */
    public double score() {
        return share(style.value()) * share(sense.value()) * sound;
    }

    /** For people. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "tone %.0f %%, sense %.0f %%, sound %.0f %%: %.3f",
                100 * style.value(),
                100 * sense.value(),
                100 * sound,
                score());
    }

    private static double share(double way) {
        return Double.isNaN(way) ? 0 : Math.max(0, Math.min(1, way));
    }
}
