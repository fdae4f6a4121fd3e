package dev.kaiaku.dataset.sample;

import java.util.function.Consumer;

/** Replies in the order of time, made again for every reader, so that they need not be in memory all at once. */
@FunctionalInterface
public interface Replies {
    /** Hands on every reply. */
    void forEach(Consumer<Reply> action);
}
