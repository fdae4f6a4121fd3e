package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.trainer.ResumeRefusedException;
import dev.kaiaku.trainer.RunExistsException;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What people see of an exception: one line, and an exit code. */
final class Failures {
    private Failures() {}

    static int handleUsage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String hint = "";
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> near = unmatched.getSuggestions();
            hint = near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near.subList(0, 1)) + "?";
        }
        print(
                command.getErr(),
                oneLine(e) + hint + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
        return ExitCode.USAGE;
    }

    static int handleExecution(Exception e, CommandLine command, @Nullable ParseResult parsed) {
        if (command.getCommandSpec().root().userObject() instanceof KaiakuTrain root && root.debug) {
            e.printStackTrace(command.getErr());
        }
        print(command.getErr(), oneLine(e));
        if (e instanceof BadInputException) {
            return ExitCode.BAD_INPUT;
        }
        boolean wrongFolder = e instanceof RunExistsException
                || e instanceof ResumeRefusedException
                || e instanceof WrongFolderException;
        return wrongFolder ? ExitCode.USAGE : ExitCode.FAILED;
    }

    /** The message without line ends; the kind of exception where there is none, or where it would say nothing. */
    static String oneLine(Throwable e) {
        String message = e.getMessage();
        if (message == null || message.isBlank()) {
            return e.getClass().getSimpleName();
        }
        return message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    private static void print(PrintWriter err, String message) {
        err.println("kaiaku-train: " + message);
        err.flush();
    }
}
