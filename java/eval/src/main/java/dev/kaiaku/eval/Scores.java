package dev.kaiaku.eval;

import dev.kaiaku.eval.coherence.CoherenceScores;
import dev.kaiaku.eval.score.Measured;
import dev.kaiaku.eval.style.StyleScores;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured of one speaker's replies to held-out contexts.
 *
 * @param speaker whose replies they are: the persona, or something to compare it with
 * @param replies how many
 * @param style over pools of 1, 5 and 20 messages; empty where there is nobody to compare with
 * @param coherence sense, against the person's replies
 * @param figures every figure that could be measured, those above included
 */
public record Scores(
        String speaker,
        int replies,
        List<StyleScores.Score> style,
        CoherenceScores coherence,
        Map<Figure, Measured> figures) {
    public Scores {
        style = List.copyOf(style);
        figures = Collections.unmodifiableMap(figures.isEmpty() ? Map.of() : new EnumMap<>(figures));
    }

    /** The score over the largest pool. */
    public StyleScores.Score largestPool() {
        return style.get(style.size() - 1);
    }

    public Optional<Measured> figure(Figure figure) {
        return Optional.ofNullable(figures.get(figure));
    }

    /** The figure's value; NaN where it was not measured. */
    public double value(Figure figure) {
        return figure(figure).map(measured -> measured.value().value()).orElse(Double.NaN);
    }

    /** The same speaker with what its model predicts. */
    public Scores with(Prediction prediction) {
        Map<Figure, Measured> all = new EnumMap<>(Figure.class);
        all.putAll(figures);
        all.putAll(prediction.figures());
        return new Scores(speaker, replies, style, coherence, all);
    }
}
