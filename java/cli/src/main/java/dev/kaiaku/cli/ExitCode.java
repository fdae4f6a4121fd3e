package dev.kaiaku.cli;

/** What the process returns; people's scripts depend on these. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int BAD_INPUT = 3;
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
