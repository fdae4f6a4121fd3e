package dev.kaiaku.chat.engine;

import dev.kaiaku.model.format.Segment;
import java.util.List;

/** A model that llama.cpp has loaded, with room for several conversations. Thread-safe, except for {@link #close}. */
public interface Engine extends AutoCloseable {

    /** What runs the model, for people: the library, its version, the device. */
    String description();

    /** How many tokens a prompt and the reply to it may have together. */
    int contextTokens();

    /** How many tokens a prompt has at the most. */
    int count(List<Segment> prompt);

    /**
     * Goes on from a prompt until the end of the turn. What the prompt shares with an earlier one is not computed
     * again as long as its slot holds it. For as many threads at a time as there are slots.
     *
     * @param maxTokens most tokens to write
     * @param sink told every piece and asked before every step, by the thread that computes too
     */
    Written write(List<Segment> prompt, Sampling sampling, int maxTokens, Sink sink);

    /**
     * Changes the factor of the LoRA adapter that was given, from the next token on.
     *
     * @throws dev.kaiaku.dataset.BadInputException where the engine cannot change it
     */
    void strength(double factor);

    /** Frees the model; nothing may be writing. */
    @Override
    void close();

    /** Where a reply goes. The computing of all replies stands still while it is told: it must neither wait nor throw. */
    interface Sink {
        /** Whether to go on. */
        boolean wanted();

        /** The next piece of text, whole characters. */
        void piece(String text);
    }

    /**
     * How writing ended.
     *
     * @param finished the model ended its turn; otherwise the sink or {@code maxTokens} did
     * @param promptTokens tokens of the prompt
     * @param reusedTokens of those, how many were computed before; -1 where the engine does not tell
     * @param tokens tokens written
     */
    record Written(boolean finished, int promptTokens, int reusedTokens, int tokens) {}
}
