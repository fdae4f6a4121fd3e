package dev.kaiaku.bindings;

/**
 * What a trainer is made with; {@code kaiaku_trainer_options}.
 *
 * @param rank R
 * @param targets {@code KAIAKU_TARGET_*} bits
 * @param maxTokens the largest T of one call
 * @param keptLayers how many of the last layers keep everything from forward to backward; the others run again
 * @param offload inputs of layers that run again wait in the host's memory; on a GPU only
 * @param cachedLayers 0: matrices are made as products read them for each product; n: each layer's once for as long as
 *     it is at work, and those of the last n - 1 layers once for all
 * @param threads 0: all processors
 * @param compute of matrix products
 * @param scaling s in {@code W x + s B A x}
 * @param maxGradNorm global norm that gradients are clipped to; 0: no clipping
 * @param dropout probability that a value of the input of A is zero while training
 * @param lrRatioB the rate of B is the rate times this (LoRA+)
 * @param seed of dropout
 */
public record NativeTrainerOptions(
        int rank,
        int targets,
        int maxTokens,
        int keptLayers,
        boolean offload,
        int cachedLayers,
        int threads,
        NativeCompute compute,
        float scaling,
        float beta1,
        float beta2,
        float eps,
        float weightDecay,
        float maxGradNorm,
        float dropout,
        float lrRatioB,
        long seed) {

    /**
     * AdamW with betas 0.9 and 0.999, eps 1e-8, no weight decay, gradients clipped to norm 1, no dropout; f32 on all
     * processors, scaling 1, every layer run again in backward.
     */
    public static Builder builder(int rank, int targets, int maxTokens) {
        return new Builder().rank(rank).targets(targets).maxTokens(maxTokens);
    }

    /** Starts from these. */
    public Builder toBuilder() {
        return builder(rank, targets, maxTokens)
                .keptLayers(keptLayers)
                .offload(offload)
                .cachedLayers(cachedLayers)
                .threads(threads)
                .compute(compute)
                .scaling(scaling)
                .beta1(beta1)
                .beta2(beta2)
                .eps(eps)
                .weightDecay(weightDecay)
                .maxGradNorm(maxGradNorm)
                .dropout(dropout)
                .lrRatioB(lrRatioB)
                .seed(seed);
    }

    KaiakuLibrary.TrainerOptions toStruct() {
        KaiakuLibrary.TrainerOptions struct = new KaiakuLibrary.TrainerOptions();
        struct.rank = rank;
        struct.targets = targets;
        struct.max_tokens = maxTokens;
        struct.kept_layers = keptLayers;
        struct.offload = offload ? 1 : 0;
        struct.cached_layers = cachedLayers;
        struct.n_threads = threads;
        struct.compute = compute.code();
        struct.scaling = scaling;
        struct.beta1 = beta1;
        struct.beta2 = beta2;
        struct.eps = eps;
        struct.weight_decay = weightDecay;
        struct.max_grad_norm = maxGradNorm;
        struct.dropout = dropout;
        struct.lr_ratio_b = lrRatioB;
        struct.seed = seed;
        return struct;
    }

    /** Sets the components one by one; what is not set is as {@link #builder} says. */
    public static final class Builder {
        private int rank = 1;
        private int targets;
        private int maxTokens;
        private int keptLayers;
        private boolean offload;
        private int cachedLayers;
        private int threads;
        private NativeCompute compute = NativeCompute.F32;
        private float scaling = 1;
        private float beta1 = 0.9f;
        private float beta2 = 0.999f;
        private float eps = 1e-8f;
        private float weightDecay;
        private float maxGradNorm = 1;
        private float dropout;
        private float lrRatioB = 1;
        private long seed;

        private Builder() {}

        public Builder rank(int value) {
            rank = value;
            return this;
        }

        public Builder targets(int value) {
            targets = value;
            return this;
        }

        public Builder maxTokens(int value) {
            maxTokens = value;
            return this;
        }

        public Builder keptLayers(int value) {
            keptLayers = value;
            return this;
        }

        public Builder offload(boolean value) {
            offload = value;
            return this;
        }

        public Builder cachedLayers(int value) {
            cachedLayers = value;
            return this;
        }

        public Builder threads(int value) {
            threads = value;
            return this;
        }

        public Builder compute(NativeCompute value) {
            compute = value;
            return this;
        }

        public Builder scaling(float value) {
            scaling = value;
            return this;
        }

        public Builder beta1(float value) {
            beta1 = value;
            return this;
        }

        public Builder beta2(float value) {
            beta2 = value;
            return this;
        }

        public Builder eps(float value) {
            eps = value;
            return this;
        }

        public Builder weightDecay(float value) {
            weightDecay = value;
            return this;
        }

        public Builder maxGradNorm(float value) {
            maxGradNorm = value;
            return this;
        }

        public Builder dropout(float value) {
            dropout = value;
            return this;
        }

        public Builder lrRatioB(float value) {
            lrRatioB = value;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public NativeTrainerOptions build() {
            return new NativeTrainerOptions(
                    rank,
                    targets,
                    maxTokens,
                    keptLayers,
                    offload,
                    cachedLayers,
                    threads,
                    compute,
                    scaling,
                    beta1,
                    beta2,
                    eps,
                    weightDecay,
                    maxGradNorm,
                    dropout,
                    lrRatioB,
                    seed);
        }
    }
}
