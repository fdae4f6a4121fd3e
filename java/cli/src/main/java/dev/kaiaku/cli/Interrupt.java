package dev.kaiaku.cli;

import dev.kaiaku.trainer.StopSignal;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/** While open, the first Ctrl-C asks training to stop and the second leaves at once. */
final class Interrupt implements AutoCloseable {
    private static final String SIGINT = "INT";

    private final StopSignal stop = new StopSignal();
    private final ProgressLine progress;
    private final @Nullable Object previous;

    Interrupt(ProgressLine progress) {
        this.progress = progress;
        this.previous = Signals.register(SIGINT, this::pressed);
    }

    StopSignal stop() {
        return stop;
    }

    @Override
    public void close() {
        Signals.unregister(SIGINT, previous);
    }

    private void pressed() {
        if (stop.requested()) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        stop.request();
        progress.println("Stopping after this step and saving; Ctrl-C again leaves at once, --resume goes on.");
    }
}
