package dev.kaiaku.trainer;

import dev.kaiaku.trainer.options.OptimizerOptions;
import dev.kaiaku.trainer.options.ScheduleShape;

/**
 * The learning rate over a run: linear warm-up to the peak, then the shape.
 *
 * @param steps updates of the run
 * @param warmup those of them that lead to the peak
 */
record Schedule(double peak, ScheduleShape shape, int steps, int warmup) {
    private static final double END = 0.1;
    private static final double WARMUP_SHARE = 0.05;
    private static final int LEAST_WARMUP = 5;

    static Schedule of(OptimizerOptions options, double peak, int steps) {
        double asked = options.warmup();
        double warmup = asked;
        if (asked == OptimizerOptions.AUTO_WARMUP) {
            warmup = Math.max(LEAST_WARMUP, Math.round(WARMUP_SHARE * steps));
        } else if (asked < 1) {
            warmup = Math.round(asked * steps);
        }
        return new Schedule(peak, options.schedule(), steps, (int) Math.min(steps, warmup));
    }

    /** Of update {@code step}, counted from 0. */
    double lr(int step) {
        if (step < warmup) {
            return peak * (step + 1) / warmup;
        }
        double progress = (double) (step - warmup) / Math.max(1, steps - warmup);
        return switch (shape) {
            case COSINE -> peak * (END + (1 - END) / 2 * (1 + Math.cos(Math.PI * progress)));
            case LINEAR -> peak * (1 - (1 - END) * progress);
            case CONSTANT -> peak;
        };
    }
}
