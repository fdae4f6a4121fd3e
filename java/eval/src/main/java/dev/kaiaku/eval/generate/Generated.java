package dev.kaiaku.eval.generate;

/**
 * A reply that a model made.
 *
 * @param text content of the turn
 * @param tokens how long it is, the end of turn not counted
 * @param finished whether it ended by itself, and not by the limit of tokens
 */
public record Generated(String text, int tokens, boolean finished) {}
