package dev.kaiaku.cli;

import picocli.CommandLine.Option;

/** {@code --show-samples}: text of the chat appears on the screen only for whom it was asked. */
final class SamplesOption {
    @Option(
            names = "--show-samples",
            description = "Print what the persona says at every evaluation (it is in report.html in any case).")
    private boolean wanted;

    boolean wanted() {
        return wanted;
    }
}
