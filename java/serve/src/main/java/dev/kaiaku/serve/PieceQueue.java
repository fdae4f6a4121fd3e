package dev.kaiaku.serve;

import dev.kaiaku.chat.Piece;
import dev.kaiaku.chat.Reply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The pieces of a reply, to be waited for a moment at a time. */
final class PieceQueue implements Flow.Subscriber<Piece> {
    /** In place of a piece: the reply has ended. */
    static final Piece END = new Piece(-1, "");

    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();

    static PieceQueue of(Reply reply) {
        PieceQueue queue = new PieceQueue();
        reply.subscribe(queue);
        return queue;
    }

    /** The next piece, {@link #END}, or nothing if none came in time. */
    Optional<Piece> next(Duration wait) {
        try {
            return Optional.ofNullable(pieces.poll(wait.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(END);
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Piece piece) {
        pieces.add(piece);
    }

    @Override
    public void onError(Throwable thrown) {
        pieces.add(END);
    }

    @Override
    public void onComplete() {
        pieces.add(END);
    }
}
