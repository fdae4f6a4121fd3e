package dev.kaiaku.chat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A reply that is being written in the background. It can be followed piece by piece, by {@link #iterator} or as a
 * {@link Flow.Publisher}, as often as wanted and from the beginning each time, or waited for. A slow reader never
 * delays the writing. Thread-safe.
 */
public final class Reply implements Iterable<Piece>, Flow.Publisher<Piece> {
    private final ReplyText text;
    private final long started = System.nanoTime();
    private final @Nullable Duration timeout;
    private final List<Piece> pieces = new ArrayList<>();
    private final CompletableFuture<List<String>> future = new CompletableFuture<>() {
        @Override
        public boolean cancel(boolean mayInterrupt) {
            Reply.this.cancel();
            return super.cancel(mayInterrupt);
        }
    };
    private volatile boolean cancelled;
    private long firstToken;
    private boolean over;
    private @Nullable Ending ending;
    private @Nullable RuntimeException failure;
    private @Nullable ReplyStats stats;

    /** @param verbatim whether the text is no turn of a conversation, but passed on as it is */
    Reply(ChatOptions options, boolean verbatim) {
        this.text = new ReplyText(options.stop(), verbatim, this::pass);
        this.timeout = options.timeout().isZero() ? null : options.timeout();
    }

    /**
     * The messages of the whole reply, more than one where the persona wrote a burst; none where it had nothing to
     * say. Fails with what {@link #messages} would throw; cancelling it cancels the reply.
     */
    public CompletableFuture<List<String>> future() {
        return future;
    }

    /**
     * Waits for the end.
     *
     * @return as {@link #future}
     * @throws IllegalStateException if the persona or the conversation was closed meanwhile
     */
    public List<String> messages() {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    /** Waits for the end; the messages, one a line. */
    public String text() {
        return String.join("\n", messages());
    }

    /** Waits for the end; why it ended. */
    public Ending ending() {
        messages();
        synchronized (this) {
            return ending == null ? Ending.FINISHED : ending;
        }
    }

    /** Waits for the end; what it took. */
    public ReplyStats stats() {
        messages();
        synchronized (this) {
            return stats == null ? new ReplyStats(0, -1, 0, Duration.ZERO, Duration.ZERO) : stats;
        }
    }

    /** Whether it has ended. */
    public synchronized boolean done() {
        return over;
    }

    /** Ends the reply with what there is by now. */
    public void cancel() {
        cancelled = true;
    }

    /** The pieces from the first one on; {@code hasNext} waits for the next one and throws what the reply failed with. */
    @Override
    public Iterator<Piece> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return await(next) != null;
            }

            @Override
            public Piece next() {
                Piece piece = await(next);
                if (piece == null) {
                    throw new NoSuchElementException();
                }
                next++;
                return piece;
            }
        };
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Piece> subscriber) {
        ReplySubscription.start(this, subscriber);
    }

    /** The piece with a number, null where the reply has ended before it; waits until that is known. */
    synchronized @Nullable Piece await(int index) {
        try {
            while (!over && index >= pieces.size()) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for a reply");
        }
        if (index < pieces.size()) {
            return pieces.get(index);
        }
        if (failure != null) {
            throw failure;
        }
        return null;
    }

    /** Whether the writer should go on. */
    boolean wanted() {
        return text.ending() == null && !cancelled && !late();
    }

    /** Tokens of the model, by the writer alone. */
    void write(String piece) {
        if (firstToken == 0) {
            firstToken = System.nanoTime();
        }
        text.add(piece);
    }

    /** Nothing follows; the pieces that were held back are passed on. By the writer alone. */
    List<String> finish(boolean finished) {
        text.end(finished ? Ending.FINISHED : cancelled ? Ending.CANCELLED : late() ? Ending.TIMED_OUT : Ending.LENGTH);
        return text.messages();
    }

    /** Wakes everybody who waits. */
    void complete(int promptTokens, int reusedTokens, int tokens) {
        long now = System.nanoTime();
        synchronized (this) {
            over = true;
            ending = text.ending();
            stats = new ReplyStats(
                    promptTokens,
                    reusedTokens,
                    tokens,
                    Duration.ofNanos((firstToken == 0 ? now : firstToken) - started),
                    Duration.ofNanos(now - started));
            notifyAll();
        }
        future.complete(text.messages());
    }

    void fail(RuntimeException e) {
        synchronized (this) {
            over = true;
            failure = e;
            notifyAll();
        }
        future.completeExceptionally(e);
    }

    private synchronized void pass(Piece piece) {
        pieces.add(piece);
        notifyAll();
    }

    private boolean late() {
        return timeout != null && System.nanoTime() - started >= timeout.toNanos();
    }
}
