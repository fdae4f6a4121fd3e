package dev.kaiaku.eval.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.eval.score.Interval;
import dev.kaiaku.trainer.samples.Sampler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is picked, given what is measured. */
class ScansTest {
    private static Quality quality(double score) {
        Interval whole = new Interval(1, 1, 1);
        return new Quality(whole, whole, score);
    }

    @Test
    void halvingKeepsTheBetterHalfButTwo() {
        assertThat(Halving.kept(6)).isEqualTo(3);
        assertThat(Halving.kept(3)).isEqualTo(2);
        assertThat(Halving.kept(2)).isEqualTo(2);
        assertThat(Halving.kept(1)).isEqualTo(1);
        assertThat(Halving.cost(1)).isEqualTo(1);
        assertThat(Halving.cost(6)).isEqualTo(6 * 0.25 + 3 * 0.25 + 2 * 0.5);
        assertThat(Halving.affordable(3.25, 6)).isEqualTo(6);
        assertThat(Halving.affordable(3.24, 6)).isEqualTo(5);
        assertThat(Halving.affordable(0.1, 6)).isEqualTo(1);
    }

    @Test
    void strengthsFarAboveTheLowestNllAreNotHeard() {
        List<Double> heard = new ArrayList<>();
        StrengthScan scan = StrengthScan.of(strength -> 1 + Math.pow(strength - 0.8, 2), strength -> {
            heard.add(strength);
            return quality(strength);
        });
        assertThat(heard).containsExactly(0.8, 0.7, 0.9);
        assertThat(scan.picked()).isEqualTo(0.9);
        assertThat(scan.points()).filteredOn(point -> point.quality() != null).hasSize(3);
    }

    @Test
    void samplingIsHeardOnMoreRepliesTheFewerAreLeft() {
        List<Integer> replies = new ArrayList<>();
        SamplingScan scan = SamplingScan.of(10, (sampling, count) -> {
            replies.add(count);
            return quality(1 - Math.abs(sampling.temperature() - 0.5));
        });
        assertThat(replies).hasSize(14).startsWith(10).endsWith(20, 40, 40);
        assertThat(scan.picked()).isEqualTo(new Sampler.Settings(0.5, 0.95, 0.05));
    }

    @Test
    void toneAndSenseBeyondThePersonsAreNoMerit() {
        Interval half = new Interval(0.5, 0.4, 0.6);
        Interval much = new Interval(1.7, 1.6, 1.8);
        Interval less = new Interval(-0.2, -0.3, 0);
        assertThat(new Quality(half, much, 1).score()).isEqualTo(0.5);
        assertThat(new Quality(half, less, 1).score()).isZero();
        assertThat(new Quality(half, new Interval(Double.NaN, 0, 1), 1).score()).isZero();
    }
}
