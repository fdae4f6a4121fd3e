package dev.kaiaku.trainer;

/**
 * The learning rate over a run: linear warm-up over 5 % of the updates (at least 5), then a cosine that ends at
 * a tenth of the peak.
 *
 * @param peak {@code --lr}
 * @param steps updates of the run
 */
record Schedule(double peak, int steps) {

    /** Of update {@code step}, counted from 0. */
    double lr(int step) {
        int warmup = Math.min(steps, Math.max(5, (int) Math.round(0.05 * steps)));
        if (step < warmup) {
            return peak * (step + 1) / warmup;
        }
        double progress = (double) (step - warmup) / Math.max(1, steps - warmup);
        return peak * (0.1 + 0.45 * (1 + Math.cos(Math.PI * progress)));
    }
}
