package dev.kaiaku.trainer;

/** Asks a run to end early, from any thread or signal handler; the run writes its adapter first. */
public final class StopSignal {
    private volatile boolean requested;

    public void request() {
        requested = true;
    }

    public boolean requested() {
        return requested;
    }
}
