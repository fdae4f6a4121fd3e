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

    /** Whether the rate has to be found. */
    public boolean autoLr() {
        return lr == 0;
    }
}
