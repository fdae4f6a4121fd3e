package dev.kaiaku.cli;

import dev.kaiaku.trainer.RunFile;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a list says of a run.
 *
 * @param folder of the run
 * @param file what it was made of and what came of it
 */
record RunRow(Path folder, RunFile file) {
    static RunRow read(Path folder) {
        return new RunRow(folder, RunFile.read(folder));
    }

    /** Validation NLL of the kept adapter; NaN where nothing was evaluated. */
    double bestNll() {
        return file.result() == null || file.result().bestNll() == null
                ? Double.NaN
                : file.result().bestNll();
    }

    double baseNll() {
        return file.result() == null || file.result().baseNll() == null
                ? Double.NaN
                : file.result().baseNll();
    }

    int steps() {
        return file.result() == null ? 0 : file.result().steps();
    }

    /** Why it ended, {@code under way} where it has not. */
    String ended() {
        return file.result() == null
                ? "under way"
                : file.result().stopReason().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** What was held out, by its content. */
    String heldOut() {
        return file.hashes().getOrDefault("validation.jsonl", "");
    }

    static String nll(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.4f", value);
    }
}
