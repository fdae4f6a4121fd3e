package dev.kaiaku.trainer.packing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.bindings.NativeBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PackingTest {
    /** Examples of 2 to 60 tokens; all tokens of the i-th are i. */
    private static List<Example> examples(int count, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    int[] tokens = new int[2 + random.nextInt(59)];
                    Arrays.fill(tokens, i);
                    byte[] learn = new byte[tokens.length];
                    Arrays.fill(learn, 1, learn.length, (byte) 1);
                    return new Example(tokens, learn, false);
                })
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 61, 128, 1000, 100_000})
    void microBatchesHoldEveryExampleOnceAndWhole(int maxTokens) {
        List<Example> examples = examples(300, maxTokens);
        List<Integer> seen = new ArrayList<>();
        for (NativeBatch batch : MicroBatches.pack(examples, maxTokens)) {
            int[] offsets = batch.cuSeqlens();
            assertThat(batch.tokens()).hasSizeLessThanOrEqualTo(maxTokens);
            assertThat(offsets[0]).isZero();
            assertThat(offsets[offsets.length - 1]).isEqualTo(batch.tokens().length);
            for (int i = 1; i < offsets.length; i++) {
                Example example = examples.get(batch.tokens()[offsets[i - 1]]);
                assertThat(Arrays.copyOfRange(batch.tokens(), offsets[i - 1], offsets[i]))
                        .isEqualTo(example.tokens());
                assertThat(Arrays.copyOfRange(batch.learn(), offsets[i - 1], offsets[i]))
                        .isEqualTo(example.learn());
                seen.add(example.tokens()[0]);
            }
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(examples.size());
    }

    @Test
    void microBatchesAreNearlyFull() {
        List<Example> examples = examples(300, 1);
        long tokens = examples.stream().mapToLong(Example::length).sum();
        assertThat(MicroBatches.pack(examples, 512)).hasSizeLessThanOrEqualTo((int) (tokens / 512 + 2));
    }

    @Test
    void anExampleThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> MicroBatches.pack(examples(50, 1), 20)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEpochGoesThroughAllExamplesOnce() {
        List<Example> examples = examples(200, 2);
        List<Update> updates = Update.plan(examples, 128, 256, 3, 0, 7);
        List<Integer> order = updates.stream()
                .flatMap(update -> update.rows().stream())
                .flatMap(row -> row.examples().stream())
                .map(example -> example.tokens()[0])
                .toList();
        assertThat(order).hasSize(600);
        for (int epoch = 0; epoch < 3; epoch++) {
            assertThat(order.subList(epoch * 200, (epoch + 1) * 200)).doesNotHaveDuplicates();
        }
        assertThat(order.subList(0, 200)).isNotEqualTo(order.subList(200, 400));
        assertThat(updates.get(updates.size() - 1).epoch()).isEqualTo(3);
    }

    @Test
    void anUpdateTakesAsManyRowsAsFit() {
        List<Update> updates = Update.plan(examples(200, 3), 64, 256, 1, 0, 7);
        assertThat(updates).allSatisfy(update -> assertThat(update.tokens()).isLessThanOrEqualTo(256));
        for (int i = 1; i < updates.size(); i++) {
            int next = updates.get(i).rows().get(0).length();
            assertThat(updates.get(i - 1).tokens() + next).isGreaterThan(256);
        }
    }

    @Test
    void aRowLongerThanAnUpdateMakesOneAlone() {
        List<Update> updates = Update.plan(examples(20, 4), 60, 1, 1, 0, 7);
        assertThat(updates).allSatisfy(update -> assertThat(update.rows()).hasSize(1));
    }

    @Test
    void microBatchesTakeTheRowsOfAnUpdateInTheirOrder() {
        Update update = Update.plan(examples(200, 3), 64, 1000, 1, 0, 7).get(0);
        List<Integer> order = new ArrayList<>();
        for (NativeBatch batch : MicroBatches.of(update, 200)) {
            assertThat(batch.tokens()).hasSizeLessThanOrEqualTo(200);
            for (int i = 1; i < batch.cuSeqlens().length; i++) {
                order.add(batch.tokens()[batch.cuSeqlens()[i - 1]]);
            }
        }
        assertThat(order)
                .isEqualTo(update.rows().stream()
                        .flatMap(row -> row.examples().stream())
                        .map(example -> example.tokens()[0])
                        .toList());
    }

    @Test
    void stepsOverrideEpochs() {
        assertThat(Update.plan(examples(10, 5), 60, 64, 1, 3, 7)).hasSize(3);
        assertThat(Update.plan(examples(10, 5), 60, 64, 1, 500, 7)).hasSize(500);
    }

    @Test
    void theSeedDecidesTheOrder() {
        List<Example> examples = examples(50, 6);
        assertThat(Update.plan(examples, 64, 128, 2, 0, 1)).isEqualTo(Update.plan(examples, 64, 128, 2, 0, 1));
        assertThat(Update.plan(examples, 64, 128, 2, 0, 1)).isNotEqualTo(Update.plan(examples, 64, 128, 2, 0, 2));
    }

    @Test
    void rowsAreFullWhereExamplesAreShorter() {
        List<Example> examples = examples(3000, 8);
        long tokens = examples.stream().mapToLong(Example::length).sum();
        assertThat(tokens / (256.0 * Row.pack(examples, 256).size())).isGreaterThan(0.99);
    }

    @Test
    void updatesAreMadeOfWholeRows() {
        assertThat(Update.rowTokens(16_384, 2048, 700)).isEqualTo(2048);
        assertThat(Update.rowTokens(1000, 400, 30)).isEqualTo(333);
        assertThat(Update.rowTokens(100, 400, 30)).isEqualTo(100);
        assertThat(Update.rowTokens(100, 400, 130)).isEqualTo(130);
    }
}
