package dev.kaiaku.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;

/** The {@code kaiaku-train} program. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // java-llama.cpp's threads outlive its models and would keep the process alive.
        System.exit(run(args, Console.ofProcess()));
    }

    /**
     * Runs one command as the program would, on other streams.
     *
     * @return the exit code: 0 done, 1 failed, 2 wrong usage, 3 bad input, 130 interrupted
     */
    public static int run(String[] args, PrintWriter out, PrintWriter err) {
        return run(args, Console.of(InputStream.nullInputStream(), out, err));
    }

    static int run(String[] args, Console console) {
        // The tokeniser library would otherwise look for downloads and report its use.
        System.setProperty("ai.djl.offline", "true");
        CommandLine line = commandLine(console);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            console.err().println("kaiaku-train: out of memory; give Java more, such as KAIAKU_JAVA_OPTS=-Xmx8g");
            return ExitCode.FAILED;
        } catch (LinkageError e) {
            console.err().println("kaiaku-train: a native library cannot be loaded: " + Failures.oneLine(e));
            return ExitCode.FAILED;
        } finally {
            console.out().flush();
            console.err().flush();
        }
    }

    static CommandLine commandLine(Console console) {
        CommandLine line = new CommandLine(new KaiakuTrain())
                .addSubcommand(new CommandLine(new DatasetCommand())
                        .addSubcommand(new DatasetCommand.Build(console))
                        .addSubcommand(new StatsCommand(console))
                        .addSubcommand(new PreviewCommand(console)))
                .addSubcommand(new PlanCommand(console))
                .addSubcommand(new TrainCommand(console))
                .addSubcommand(new ExportCommand(console))
                .addSubcommand(new ChatCommand(console))
                .addSubcommand(new ServeCommand(console))
                .addSubcommand(new DiscordCommand(console))
                .addSubcommand(new RunCommand(console))
                .addSubcommand(new EvalCommand(console))
                .addSubcommand(new ReportCommand(console))
                .addSubcommand(new CommandLine(new RunsCommand())
                        .addSubcommand(new RunsCommand.ListRuns(console))
                        .addSubcommand(new RunsCommand.Compare(console)))
                .addSubcommand(new DemoCommand(console))
                .addSubcommand(new CommandLine(new ModelsCommand())
                        .addSubcommand(new ModelsCommand.ListModels(console))
                        .addSubcommand(new ModelsCommand.Pull(console))
                        .addSubcommand(new ModelsCommand.Inspect(console))
                        .addSubcommand(new TinyCommand(console)))
                .addSubcommand(new CommandLine(new BenchCommand())
                        .addSubcommand(new DatasetBenchCommand(console))
                        .addSubcommand(new ArmsBenchCommand(console))
                        .addSubcommand(new BenchCommand.Train(console))
                        .addSubcommand(new BenchCommand.Replies(console))
                        .addSubcommand(new ChatBenchCommand(console)))
                .addSubcommand(new DoctorCommand(console));
        line.setOut(console.out());
        line.setErr(console.err());
        line.setColorScheme(
                new ColorScheme.Builder(CommandLine.Help.defaultColorScheme(console.outTerminal() ? Ansi.ON : Ansi.OFF))
                        .build());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler(Failures::handleExecution);
        line.setParameterExceptionHandler(Failures::handleUsage);
        return line;
    }
}
