package dev.kaiaku.dataset.sample;

import java.util.function.Consumer;
import java.util.function.Function;

/** Replies in the order of time, made again for every reader, so that they need not be in memory all at once. */
public interface Replies {
    /**
     * Hands on what is made of every reply.
     *
     * @param work done by several threads at once
     * @param results takes what came of it, in the order of the replies, on this thread
     */
    <T> void forEach(Function<Reply, T> work, Consumer<T> results);
}
