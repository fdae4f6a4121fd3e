package dev.kaiaku.chat;

import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Hands the pieces of a reply to a subscriber as it asks for them, on a daemon thread of its own. */
final class ReplySubscription implements Flow.Subscription {
    private final Reply reply;
    private final Flow.Subscriber<? super Piece> subscriber;
    private long demand;
    private boolean cancelled;
    private @Nullable IllegalArgumentException mistake;

    private ReplySubscription(Reply reply, Flow.Subscriber<? super Piece> subscriber) {
        this.reply = reply;
        this.subscriber = subscriber;
    }

    static void start(Reply reply, Flow.Subscriber<? super Piece> subscriber) {
        ReplySubscription subscription = new ReplySubscription(reply, subscriber);
        Thread thread = new Thread(subscription::run, "kaiaku-subscriber");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void request(long n) {
        if (n <= 0) {
            mistake = new IllegalArgumentException("expected a positive number of pieces, got " + n);
        }
        demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
        notifyAll();
    }

    @Override
    public synchronized void cancel() {
        cancelled = true;
        notifyAll();
    }

    private void run() {
        subscriber.onSubscribe(this);
        try {
            for (int next = 0; ; next++) {
                Piece piece = reply.await(next);
                if (piece == null || !demanded()) {
                    break;
                }
                subscriber.onNext(piece);
            }
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        if (!isCancelled()) {
            subscriber.onComplete();
        }
    }

    private void fail(RuntimeException e) {
        if (!isCancelled()) {
            cancel();
            subscriber.onError(e);
        }
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Waits until a piece is asked for; false where none ever will be. */
    private synchronized boolean demanded() {
        try {
            while (demand == 0 && !cancelled && mistake == null) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancelled = true;
        }
        if (mistake != null) {
            throw mistake;
        }
        demand--;
        return !cancelled;
    }
}
