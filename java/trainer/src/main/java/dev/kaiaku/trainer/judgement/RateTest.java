package dev.kaiaku.trainer.judgement;

import dev.kaiaku.dataset.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Finds a learning rate: small updates from the first adapter on, each at a higher rate than the one before, and
 * after each the loss of examples that are not trained on. Where that loss is lowest, the rate has become as high as
 * it can be for a moment; a run that lasts wants a part of it.
 *
 * @param curve what was measured, rates ascending; it ends early where the loss has risen for good
 * @param lr the rate to train at
 */
public record RateTest(List<Point> curve, double lr) {
    /** Updates, from {@link #LOWEST} to {@link #HIGHEST} in equal factors. */
    public static final int STEPS = 40;

    static final double LOWEST = 1e-5;
    static final double HIGHEST = 3e-2;
    /** Share of the rate of the lowest loss: there the loss is about to rise again. */
    static final double SHARE = 0.25;
    /** A loss this many times the lowest says that no higher rate will do better. */
    static final double RISEN = 1.15;

    /** What a run is given where the test found no fall of the loss at all. */
    static final double CAUTIOUS = 1e-4;

    public RateTest {
        curve = List.copyOf(curve);
    }

    /**
     * One update of the test.
     *
     * @param lr its rate
     * @param loss after it, on examples that the test does not train on
     */
    public record Point(double lr, double loss) {}

    /**
     * Runs the test.
     *
     * @param step does an update at a rate and returns the loss after it; NaN where it is no number
     * @param before loss before the first
     */
    public static RateTest run(DoubleUnaryOperator step, double before, Progress progress) {
        List<Point> curve = new ArrayList<>();
        double lowest = before;
        for (int i = 0; i < STEPS; i++) {
            double lr = LOWEST * Math.pow(HIGHEST / LOWEST, (double) i / (STEPS - 1));
            double loss = step.applyAsDouble(lr);
            if (!Double.isFinite(loss)) {
                break;
            }
            curve.add(new Point(lr, loss));
            lowest = Math.min(lowest, loss);
            progress.report("finding a rate", i + 1, STEPS);
            if (loss > RISEN * lowest) {
                break;
            }
        }
        return new RateTest(curve, choose(curve, before));
    }

    private static double choose(List<Point> curve, double before) {
        double lowest = before;
        double lr = CAUTIOUS / SHARE;
        for (Point point : curve) {
            if (point.loss() < lowest) {
                lowest = point.loss();
                lr = point.lr();
            }
        }
        return twoDigits(SHARE * lr);
    }

    private static double twoDigits(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)) - 1);
        return Double.parseDouble(String.format(java.util.Locale.ROOT, "%.1e", Math.round(value / power) * power));
    }
}
