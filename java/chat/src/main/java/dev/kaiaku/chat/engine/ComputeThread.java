package dev.kaiaku.chat.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The one thread of an engine that calls what computes. OpenMP keeps helpers for each thread that ever did, and has all
 * of them wait by sleeping instead of looking once they are more than the processors.
 */
final class ComputeThread implements AutoCloseable {
    private final ExecutorService thread;

    ComputeThread(String name) {
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread daemon = new Thread(task, name);
            daemon.setDaemon(true);
            return daemon;
        });
    }

    /** What {@code task} returns or throws on the thread, once it has done what it was told before. */
    <T> T call(Supplier<T> task) {
        try {
            return CompletableFuture.supplyAsync(task, thread).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            if (e.getCause() instanceof Error known) {
                throw known;
            }
            throw e;
        }
    }

    /** Has the thread do something and does not wait. */
    void start(Runnable task) {
        thread.execute(task);
    }

    /** Ends the thread, and its helpers with it. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
