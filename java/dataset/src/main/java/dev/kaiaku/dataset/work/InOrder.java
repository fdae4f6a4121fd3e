package dev.kaiaku.dataset.work;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Work done by several threads with results taken in the order of its submission, so that nothing depends on the
 * number of threads. Whoever submits also takes: a few pieces are under way, never more. Not thread-safe.
 */
public final class InOrder<T> implements AutoCloseable {
    private final ExecutorService workers;
    private final int most;
    private final Consumer<T> results;
    private final Deque<Future<T>> underWay = new ArrayDeque<>();

    /**
     * @param threads that work
     * @param results takes each result, on the submitting thread
     */
    public InOrder(int threads, Consumer<T> results) {
        this.results = results;
        most = 2 * threads + 1;
        workers = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "dataset");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Gives out a piece of work; waits, and takes results, while too much is under way. */
    public void submit(Callable<T> work) {
        while (underWay.size() >= most
                || (!underWay.isEmpty() && underWay.element().isDone())) {
            take();
        }
        underWay.add(workers.submit(work));
    }

    /** Takes the results that are left. */
    public void finish() {
        while (!underWay.isEmpty()) {
            take();
        }
    }

    /** Gives up what was not taken. */
    @Override
    public void close() {
        workers.shutdownNow();
    }

    private void take() {
        try {
            results.accept(underWay.remove().get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
