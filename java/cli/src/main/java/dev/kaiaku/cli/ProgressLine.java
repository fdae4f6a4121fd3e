package dev.kaiaku.cli;

import dev.kaiaku.dataset.Progress;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how far long work has come: one line that is drawn over on a terminal, a plain line every few seconds
 * elsewhere; there, what takes less than that is not worth a line. Thread-safe.
 */
final class ProgressLine implements Progress, AutoCloseable {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final long PLAIN_NANOS = 5_000_000_000L;
    private static final long LASTING_NANOS = 2_000_000_000L;
    private static final int BAR = 20;
    private static final long LARGEST_COUNT = 1_000_000;

    private final Console console;
    private final LongSupplier clock;
    private String task = "";
    private String drawn = "";
    private long taskStart;
    private long firstDone;
    private long lastShown;
    private boolean complete;

    ProgressLine(Console console) {
        this(console, System::nanoTime);
    }

    ProgressLine(Console console, LongSupplier clock) {
        this.console = console;
        this.clock = clock;
    }

    @Override
    public void report(String task, long done, long total) {
        report(task, done, total, "");
    }

    /**
     * @param detail shown behind the count in the place of rate and time left, such as {@code "loss 3.21"}
     */
    synchronized void report(String task, long done, long total, String detail) {
        long now = clock.getAsLong();
        if (!task.equals(this.task)) {
            leave(now);
            this.task = task;
            taskStart = now;
            firstDone = done;
            lastShown = console.errTerminal() ? now - REDRAW_NANOS : now;
        }
        boolean wasComplete = complete;
        complete = total > 0 && done >= total;
        boolean last = complete && !wasComplete && (console.errTerminal() || lastShown > taskStart);
        if (!last && now - lastShown < (console.errTerminal() ? REDRAW_NANOS : PLAIN_NANOS)) {
            return;
        }
        lastShown = now;
        String state = describe(done, total, detail, (now - taskStart) / 1e9);
        if (!console.errTerminal()) {
            console.err().println(task + state);
            console.err().flush();
            return;
        }
        String bar = total > 0 ? bar(Math.min(1.0, (double) done / total)) : "";
        // On a narrow terminal the figures matter more than the bar.
        draw(task + (bar.length() + task.length() + state.length() < console.width() ? bar : "") + state);
    }

    /** A line of its own above the progress. */
    synchronized void println(String line) {
        erase();
        console.err().println(line);
        console.err().flush();
    }

    /** Other output may follow. */
    @Override
    public synchronized void close() {
        leave(clock.getAsLong());
        task = "";
    }

    private String describe(long done, long total, String detail, double seconds) {
        StringBuilder text = new StringBuilder();
        if (total > 0) {
            text.append(String.format(Locale.ROOT, " %3d %%", 100 * Math.min(done, total) / total));
            if (total < LARGEST_COUNT) {
                text.append(' ').append(done).append('/').append(total);
            }
        } else if (done > 0) {
            text.append(' ').append(done);
        }
        if (!detail.isEmpty()) {
            text.append("  ").append(detail);
        }
        double rate = seconds > 0 ? (done - firstDone) / seconds : 0;
        if (rate > 0 && detail.isEmpty()) {
            text.append("  ").append(rate(rate)).append("/s");
            if (total > done) {
                text.append("  ").append(clockTime((total - done) / rate)).append(" left");
            }
        }
        return text.toString();
    }

    private static String bar(double share) {
        int full = (int) (BAR * share);
        return " " + "█".repeat(full) + "░".repeat(BAR - full);
    }

    private void draw(String text) {
        // The last column stays free: some terminals wrap as soon as it is written.
        String cut = text.length() < console.width() ? text : text.substring(0, Math.max(1, console.width() - 1));
        console.err().print("\r" + cut + " ".repeat(Math.max(0, drawn.length() - cut.length())));
        console.err().flush();
        drawn = cut;
    }

    private void erase() {
        if (console.errTerminal() && !drawn.isEmpty()) {
            console.err().print("\r" + " ".repeat(drawn.length()) + "\r");
        }
        drawn = "";
    }

    /** What took long and is done stays on the screen; the rest makes room. */
    private void leave(long now) {
        if (console.errTerminal() && complete && now - taskStart >= LASTING_NANOS && !drawn.isEmpty()) {
            console.err().println();
            drawn = "";
        }
        erase();
        console.err().flush();
        complete = false;
    }

    static String rate(double perSecond) {
        if (perSecond >= 1e6) {
            return String.format(Locale.ROOT, "%.1fM", perSecond / 1e6);
        }
        if (perSecond >= 1e4) {
            return String.format(Locale.ROOT, "%.0fk", perSecond / 1e3);
        }
        return String.format(Locale.ROOT, perSecond < 10 ? "%.1f" : "%.0f", perSecond);
    }

    static String clockTime(double seconds) {
        long whole = Math.max(0, Math.round(seconds));
        if (whole >= 3600) {
            return String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
    }
}
