package dev.kaiaku.serve;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets as many requests in as there are slots, and a few more that wait for one. Thread-safe. */
final class Admission {
    private static final int RETRY_SECONDS = 2;

    private final int size;
    private final Semaphore places;

    Admission(int slots, int queue) {
        size = slots + queue;
        places = new Semaphore(size);
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
    }

    void leave() {
        places.release();
    }

    /** Requests that have a place. */
    int inside() {
        return size - places.availablePermits();
    }

    /** Waits until nobody has a place, for some time. */
    void awaitEmpty(Duration time) throws InterruptedException {
        if (places.tryAcquire(size, time.toNanos(), TimeUnit.NANOSECONDS)) {
            places.release(size);
        }
    }
}
