package dev.kaiaku.cli;

import picocli.CommandLine.Option;

/** {@code --json}: the result as one line for programs, in the place of the lines for people. */
final class JsonOption {
    @Option(names = "--json", description = "Print the result as one line of JSON.")
    private boolean json;

    /** Prints a result on standard output, for whom it was asked. */
    void print(Console console, Summary summary) {
        console.out().println(json ? summary.json() : summary.text());
        console.out().flush();
    }

    boolean wanted() {
        return json;
    }
}
