package dev.kaiaku.serve;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets as many requests in as there are slots, and a few more that wait for one. Thread-safe. */
final class Admission {
    private static final int RETRY_SECONDS = 2;

    private final Semaphore places;
    private final AtomicInteger inside = new AtomicInteger();

    Admission(int slots, int queue) {
        places = new Semaphore(slots + queue);
    }

    /** Seconds after which a refused client may ask again. */
    static int retrySeconds() {
        return RETRY_SECONDS;
    }

    /** Takes a place, for {@link #leave} to give back; throws {@link RequestException} 429 where there is none. */
    void enter() {
        if (!places.tryAcquire()) {
            throw new RequestException(429, "too many requests are being answered; try again in a moment");
        }
        inside.incrementAndGet();
    }

    void leave() {
        inside.decrementAndGet();
        places.release();
    }

    /** Requests that have a place. */
    int inside() {
        return inside.get();
    }
}
