package dev.kaiaku.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command itself, which does nothing without a subcommand. */
@Command(
        name = "kaiaku-train",
        versionProvider = Version.class,
        description =
                "Turns a group chat export into a model that writes like one of its members, on your own machine.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Start here:",
            "  kaiaku-train demo",
            "  kaiaku-train run chat.csv --persona ana --base smollm2-135m --out ana",
            "  kaiaku-train chat ana/persona.gguf",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad input, 130 interrupted.",
            "Java's own options, such as -Xmx8g, go into KAIAKU_JAVA_OPTS."
        })
final class KaiakuTrain implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show help and leave.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and leave.")
    boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack trace of an error.")
    boolean debug;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
