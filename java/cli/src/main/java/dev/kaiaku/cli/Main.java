package dev.kaiaku.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
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
        CommandLine line = commandLine(console, args);
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

    /** The command line with every command, or only the one that the arguments name. */
    static CommandLine commandLine(Console console, String... args) {
        List<String> words = Commands.words(args);
        CommandLine line = commands(console).addTo(new CommandLine(new KaiakuTrain()), words);
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

    private static Commands commands(Console console) {
        Commands dataset = new Commands()
                .add("build", () -> new DatasetCommand.Build(console))
                .add("stats", () -> new StatsCommand(console))
                .add("preview", () -> new PreviewCommand(console));
        Commands runs = new Commands()
                .add("list", () -> new RunsCommand.ListRuns(console))
                .add("compare", () -> new RunsCommand.Compare(console));
        Commands models = new Commands()
                .add("list", () -> new ModelsCommand.ListModels(console))
                .add("pull", () -> new ModelsCommand.Pull(console))
                .add("inspect", () -> new ModelsCommand.Inspect(console))
                .add("tiny", () -> new TinyCommand(console));
        Commands bench = new Commands()
                .add("dataset", () -> new DatasetBenchCommand(console))
                .add("arms", () -> new ArmsBenchCommand(console))
                .add("train", () -> new BenchCommand.Train(console))
                .add("replies", () -> new BenchCommand.Replies(console))
                .add("chat", () -> new ChatBenchCommand(console));
        return new Commands()
                .add("dataset", DatasetCommand::new, dataset)
                .add("plan", () -> new PlanCommand(console))
                .add("train", () -> new TrainCommand(console))
                .add("export", () -> new ExportCommand(console))
                .add("chat", () -> new ChatCommand(console))
                .add("serve", () -> new ServeCommand(console))
                .add("discord", () -> new DiscordCommand(console))
                .add("run", () -> new RunCommand(console))
                .add("eval", () -> new EvalCommand(console))
                .add("report", () -> new ReportCommand(console))
                .add("runs", RunsCommand::new, runs)
                .add("demo", () -> new DemoCommand(console))
                .add("models", ModelsCommand::new, models)
                .add("bench", BenchCommand::new, bench)
                .add("doctor", () -> new DoctorCommand(console));
    }
}
