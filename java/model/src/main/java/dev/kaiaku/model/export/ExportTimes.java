package dev.kaiaku.model.export;

/**
 * Where the time of an export went.
 *
 * @param seconds in all
 * @param kernelSeconds of them, averaged over the threads that convert, in ggml's conversion
 */
public record ExportTimes(double seconds, double kernelSeconds) {

    /** Share of these threads' time that was spent in ggml's conversion. */
    public double kernelShare() {
        return seconds == 0 ? 0 : kernelSeconds / seconds;
    }
}
