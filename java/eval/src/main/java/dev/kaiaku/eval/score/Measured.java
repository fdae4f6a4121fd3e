package dev.kaiaku.eval.score;

/**
 * A figure and the two marks that it is read by.
 *
 * @param floor what is got without knowing the persona: by another member, by chance, by repeating what was learned;
 *     NaN where there is no such mark
 * @param ceiling what the person gets against themselves; NaN where there is no such mark
 */
public record Measured(Interval value, double floor, double ceiling) {
    /** 0 at the floor, 1 at the ceiling. */
    public double way() {
        return (value.value() - floor) / (ceiling - floor);
    }
}
