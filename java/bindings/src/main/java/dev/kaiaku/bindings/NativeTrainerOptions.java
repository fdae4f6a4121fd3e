package dev.kaiaku.bindings;

/**
 * What a trainer is made with; {@code kaiaku_trainer_options}.
 *
 * @param rank R
 * @param targets {@code KAIAKU_TARGET_*} bits
 * @param maxTokens the largest T of one call
 * @param recompute keep one input per layer and run each layer again in backward
 * @param threads 0: all processors
 * @param scaling s in {@code W x + s B A x}
 * @param maxGradNorm global norm that gradients are clipped to; 0: no clipping
 */
public record NativeTrainerOptions(
        int rank,
        int targets,
        int maxTokens,
        boolean recompute,
        int threads,
        float scaling,
        float beta1,
        float beta2,
        float eps,
        float weightDecay,
        float maxGradNorm) {

    /** AdamW with betas 0.9 and 0.999, eps 1e-8, no weight decay, gradients clipped to norm 1. */
    public NativeTrainerOptions(int rank, int targets, int maxTokens, boolean recompute, int threads, float scaling) {
        this(rank, targets, maxTokens, recompute, threads, scaling, 0.9f, 0.999f, 1e-8f, 0, 1);
    }

    KaiakuLibrary.TrainerOptions toStruct() {
        KaiakuLibrary.TrainerOptions struct = new KaiakuLibrary.TrainerOptions();
        struct.rank = rank;
        struct.targets = targets;
        struct.max_tokens = maxTokens;
        struct.recompute = recompute ? 1 : 0;
        struct.n_threads = threads;
        struct.scaling = scaling;
        struct.beta1 = beta1;
        struct.beta2 = beta2;
        struct.eps = eps;
        struct.weight_decay = weightDecay;
        struct.max_grad_norm = maxGradNorm;
        return struct;
    }
}
