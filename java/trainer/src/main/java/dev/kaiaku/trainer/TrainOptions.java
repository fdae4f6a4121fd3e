package dev.kaiaku.trainer;

import dev.kaiaku.dataset.BadInputException;
import java.util.Locale;

/**
 * What a training run is asked for. 0 means auto where that is said; {@link TrainPlan} holds what it came to.
 *
 * @param rank of the adapter, R
 * @param alpha the adapter counts {@code alpha / rank} times
 * @param targets {@code all-linear}, or names such as {@code q_proj,v_proj}
 * @param lr peak learning rate
 * @param epochs passes over the examples
 * @param maxSteps updates; 0: as many as the epochs have
 * @param seqLen tokens that an example is cut to; its end stays
 * @param batchTokens tokens of an update; 0: at most 16,384 and at least 60 updates a run
 * @param microTokens tokens of one native call; 0: as memory allows
 * @param memoryLimit bytes that weights and training may take; 0: what is free
 * @param evalEvery updates between evaluations; 0: about ten a run, fewer where they would take longer than a fifth
 *     of the training
 * @param patience evaluations without a new best that end the run; 0: never
 * @param threads of native compute; 0: all processors
 * @param seed of the order of examples and the first adapter
 */
public record TrainOptions(
        int rank,
        double alpha,
        String targets,
        double lr,
        int epochs,
        int maxSteps,
        int seqLen,
        int batchTokens,
        int microTokens,
        long memoryLimit,
        int evalEvery,
        int patience,
        int threads,
        long seed) {

    /** @throws BadInputException for a value out of range, naming its option */
    public TrainOptions {
        atLeast("rank", rank, 1);
        atLeast("epochs", epochs, 1);
        atLeast("max-steps", maxSteps, 0);
        atLeast("seq-len", seqLen, 2);
        atLeast("batch-tokens", batchTokens, 0);
        atLeast("micro-tokens", microTokens, 0);
        atLeast("memory-limit", memoryLimit, 0);
        atLeast("eval-every", evalEvery, 0);
        atLeast("patience", patience, 0);
        atLeast("threads", threads, 0);
        positive("alpha", alpha);
        positive("lr", lr);
    }

    /** Rank 16, alpha 32, all linears, lr 2e-4, three epochs of examples of up to 2,048 tokens, the rest auto. */
    public static TrainOptions defaults() {
        return builder().build();
    }

    /** Starts from {@link #defaults}. */
    public static Builder builder() {
        return new Builder();
    }

    private static void atLeast(String option, long value, long least) {
        if (value < least) {
            throw new BadInputException("--" + option + " " + value + ": expected " + least + " or more");
        }
    }

    private static void positive(String option, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new BadInputException(
                    String.format(Locale.ROOT, "--%s %s: expected a number above 0", option, value));
        }
    }

    /** Sets some options and leaves the others at their defaults; names are those of the record. */
    public static final class Builder {
        private int rank = 16;
        private double alpha = 32;
        private String targets = LoraTarget.ALL;
        private double lr = 2e-4;
        private int epochs = 3;
        private int maxSteps;
        private int seqLen = 2048;
        private int batchTokens;
        private int microTokens;
        private long memoryLimit;
        private int evalEvery;
        private int patience;
        private int threads;
        private long seed;

        private Builder() {}

        public Builder rank(int value) {
            rank = value;
            return this;
        }

        public Builder alpha(double value) {
            alpha = value;
            return this;
        }

        public Builder targets(String value) {
            targets = value;
            return this;
        }

        public Builder lr(double value) {
            lr = value;
            return this;
        }

        public Builder epochs(int value) {
            epochs = value;
            return this;
        }

        public Builder maxSteps(int value) {
            maxSteps = value;
            return this;
        }

        public Builder seqLen(int value) {
            seqLen = value;
            return this;
        }

        public Builder batchTokens(int value) {
            batchTokens = value;
            return this;
        }

        public Builder microTokens(int value) {
            microTokens = value;
            return this;
        }

        public Builder memoryLimit(long value) {
            memoryLimit = value;
            return this;
        }

        public Builder evalEvery(int value) {
            evalEvery = value;
            return this;
        }

        public Builder patience(int value) {
            patience = value;
            return this;
        }

        public Builder threads(int value) {
            threads = value;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public TrainOptions build() {
            return new TrainOptions(
                    rank,
                    alpha,
                    targets,
                    lr,
                    epochs,
                    maxSteps,
                    seqLen,
                    batchTokens,
                    microTokens,
                    memoryLimit,
                    evalEvery,
                    patience,
                    threads,
                    seed);
        }
    }
}
