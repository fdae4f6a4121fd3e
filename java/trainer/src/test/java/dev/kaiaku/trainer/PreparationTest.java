package dev.kaiaku.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kaiaku.trainer.packing.Example;
import dev.kaiaku.trainer.packing.Row;
import dev.kaiaku.trainer.packing.Update;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PreparationTest {
    private static List<Update> updates(int count, int tokens) {
        Example example = new Example(new int[tokens], new byte[tokens], false);
        return Collections.nCopies(count, new Update(List.of(new Row(List.of(example))), 1));
    }

    @Test
    void evaluationCostsAFifthOfTheRunAtMost() {
        List<Update> updates = updates(100, 50);
        assertThat(Preparation.evalEvery(updates, 1, 0)).isEqualTo(10);
        assertThat(Preparation.evalEvery(updates, 1, 500)).isEqualTo(17);
        assertThat(Preparation.evalEvery(updates, 1, 50_000)).isEqualTo(50);
    }

    @Test
    void longRunsAreEvaluatedTwiceAnEpoch() {
        assertThat(Preparation.evalEvery(updates(300, 50), 15, 1)).isEqualTo(10);
        assertThat(Preparation.evalEvery(updates(4000, 50), 500, 1)).isEqualTo(100);
    }
}
