package dev.kaiaku.eval.tune;

/**
 * An arm that was trained up to a place where arms are compared.
 *
 * @param share of its updates
 * @param updates done
 * @param nll -log p per byte of the compared replies, by its best adapter so far
 */
public record Rung(Arm arm, double share, int updates, double nll) {}
