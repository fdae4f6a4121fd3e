package dev.kaiaku.eval.generate;

/**
 * A reply that a model made.
 *
 * @param text content of the turn
 * @param tokens how long it is, the end of turn not counted
 * @param finished whether it ended by itself, and not by the limit of tokens
 * @param otherSpeaker whether an engine cut it where it began to speak for somebody else
 */
public record Generated(String text, int tokens, boolean finished, boolean otherSpeaker) {
    /** A reply that nobody cut. */
    public Generated(String text, int tokens, boolean finished) {
        this(text, tokens, finished, false);
    }
}
