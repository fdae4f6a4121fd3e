package dev.kaiaku.trainer.options;

/**
 * AdamW and its learning rate.
 *
 * @param lr peak learning rate; 0: found by a range test
 * @param warmup updates on the way to the peak, or below 1 their share of the run; -1: 5 % of them, at least 5
 * @param loraPlus the rate of B is the rate of A times this (LoRA+)
 * @param weightDecay decoupled
 * @param gradClip most norm of a gradient; longer ones are scaled down to it; 0: none is
 */
public record OptimizerOptions(
        double lr, ScheduleShape schedule, double warmup, double loraPlus, double weightDecay, double gradClip) {
    /** As {@link #warmup} where nothing was asked for. */
    public static final double AUTO_WARMUP = -1;

    private static final double HIGHEST_USUAL_LR = 1e-3;

    /** Throws {@link dev.kaiaku.dataset.BadInputException} for a value out of range, naming its option. */
    public OptimizerOptions {
        Range.notNegative("lr", lr);
        Range.require(
                "warmup",
                warmup,
                warmup == AUTO_WARMUP || (warmup >= 0 && (warmup < 1 || warmup == Math.rint(warmup))),
                "a number of updates, or below 1 their share");
        Range.positive("lora-plus", loraPlus);
        Range.notNegative("weight-decay", weightDecay);
        Range.notNegative("grad-clip", gradClip);
    }

    /**
     * The peak rate that suits a base of a width: 2e-4 at 4,096, in inverse proportion more where it is narrower, 1e-3
     * at the most. Measured at 576 ({@code native/bench/baselines/tune_table.sh}); what is wider follows the rule.
     */
    public static double usualLr(int hiddenSize) {
        return Math.min(HIGHEST_USUAL_LR, 2e-4 * 4096 / hiddenSize);
    }

    /** Whether the rate has to be found. */
    public boolean autoLr() {
        return lr == 0;
    }
}
