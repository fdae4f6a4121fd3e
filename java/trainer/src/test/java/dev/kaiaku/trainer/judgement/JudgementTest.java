package dev.kaiaku.trainer.judgement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.trainer.judgement.Judgement.Action;
import dev.kaiaku.trainer.judgement.Judgement.Verdict;
import org.junit.jupiter.api.Test;

final class JudgementTest {
    private static final int PATIENCE = 3;
    private static final Judgement BASE = Judgement.start().ofBase(4.0);

    /** Evaluations at updates 10, 20, …; training loss and validation NLL take turns. */
    private static Verdict after(Judgement start, double... lossAndNll) {
        Verdict verdict = new Verdict(start, false, Action.GO_ON, "");
        for (int i = 0; i < lossAndNll.length; i += 2) {
            verdict = verdict.next().evaluated(5 * i + 10, lossAndNll[i + 1], lossAndNll[i], PATIENCE);
        }
        return verdict;
    }

    @Test
    void theLowestIsTheBest() {
        Verdict verdict = after(BASE, 3, 3.0, 2.5, 2.9, 2.4, 2.95);
        assertThat(verdict.best()).isFalse();
        assertThat(verdict.action()).isEqualTo(Action.GO_ON);
        assertThat(verdict.next().bestNll()).isEqualTo(2.9);
        assertThat(verdict.next().bestStep()).isEqualTo(20);
        assertThat(verdict.next().sinceBest()).isEqualTo(1);
    }

    @Test
    void learningByHeartLowersTheRateOnceThenStops() {
        Verdict first = after(BASE, 3, 3.0, 2.0, 3.1, 1.5, 3.2);
        assertThat(first.action()).isEqualTo(Action.LOWER_RATE);
        assertThat(first.saw()).contains("from 3.000 (update 10) to 3.200", "fell from 3.000 to 1.500", "by heart");
        assertThat(first.next().rateFactor()).isEqualTo(Judgement.LOWER);
        Verdict second = after(first.next(), 1.4, 3.1, 1.2, 3.15);
        assertThat(second.action()).isEqualTo(Action.STOP_OVERFITTING);
    }

    @Test
    void oneEvaluationFarAboveTheLowestIsEnough() {
        assertThat(after(BASE, 3, 3.0, 2.5, 3.31).action()).isEqualTo(Action.LOWER_RATE);
        assertThat(after(BASE, 3, 3.0, 2.5, 3.2).action()).isEqualTo(Action.GO_ON);
        assertThat(after(BASE, 3, 3.0, 2.5, Double.NaN).action()).isEqualTo(Action.LOWER_RATE);
    }

    @Test
    void aRateThatOnlyHarmsIsCalledTooHigh() {
        Verdict verdict = after(BASE, 9, 8.0);
        assertThat(verdict.action()).isEqualTo(Action.LOWER_RATE);
        assertThat(verdict.saw()).contains("(the base)", "the learning rate is too high");
        assertThat(verdict.next().helped()).isFalse();
    }

    @Test
    void patienceEndsARunThatStandsStill() {
        assertThat(after(BASE, 3, 3.0, 2.5, 3.01, 2.5, 3.02).action()).isEqualTo(Action.GO_ON);
        assertThat(after(BASE, 3, 3.0, 2.5, 3.01, 2.5, 3.02, 2.5, 3.01).action())
                .isEqualTo(Action.STOP_WAITING);
    }

    @Test
    void risesThatDoNotFollowEachOtherAreNoise() {
        assertThat(after(BASE, 3, 3.0, 2.5, 3.1, 2.5, 3.01, 2.5, 3.1).action()).isNotEqualTo(Action.LOWER_RATE);
    }
}
