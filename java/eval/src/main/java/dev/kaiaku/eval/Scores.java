package dev.kaiaku.eval;

import dev.kaiaku.eval.coherence.CoherenceScores;
import dev.kaiaku.eval.degeneration.Diversity;
import dev.kaiaku.eval.degeneration.Faults;
import dev.kaiaku.eval.leak.Leaks;
import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.eval.style.StyleScores;
import java.util.List;

/**
 * What was measured of one speaker's replies to held-out contexts.
 *
 * @param speaker whose replies they are: the persona, or something to compare it with
 * @param style over pools of 1, 5 and 20 messages
 * @param surface distance of the surface profile from the person's, 0 to 1
 * @param delta Burrows' delta to the person's later messages
 * @param coherence sense, against the person's replies
 * @param diversity variety
 * @param faults replies that no person sends
 * @param runs share of replies with a run copied from the learned ones
 * @param copies share of replies that are whole copies
 * @param leaks personal data
 */
public record Scores(
        String speaker,
        List<StyleScores.Score> style,
        double surface,
        double delta,
        CoherenceScores coherence,
        Diversity diversity,
        Faults faults,
        Interval runs,
        Interval copies,
        Leaks leaks) {
    /** The score over the largest pool. */
    public StyleScores.Score largestPool() {
        return style.get(style.size() - 1);
    }
}
