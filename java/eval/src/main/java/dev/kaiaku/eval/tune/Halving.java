package dev.kaiaku.eval.tune;

/**
 * Successive halving (Jamieson and Talwalkar 2016): all arms train for a quarter of their updates, the better half
 * goes on to half of them, and the better half of those to the end.
 */
final class Halving {
    /** How far arms train before they are compared, as shares of their updates. */
    static final double[] RUNGS = {0.25, 0.5, 1};

    private Halving() {}

    /** How many of {@code arms} go on; two at least, where there are two. */
    static int kept(int arms) {
        return Math.max(Math.min(2, arms), (arms + 1) / 2);
    }

    /** What {@code arms} cost together, in trainings of one arm to its end. */
    static double cost(int arms) {
        double cost = 0;
        double trained = 0;
        int left = arms;
        for (double rung : RUNGS) {
            cost += left * (rung - trained);
            trained = rung;
            left = kept(left);
        }
        return cost;
    }

    /** The most arms that cost no more than {@code trainings}; one at least. */
    static int affordable(double trainings, int most) {
        int arms = most;
        while (arms > 1 && cost(arms) > trainings) {
            arms--;
        }
        return arms;
    }
}
