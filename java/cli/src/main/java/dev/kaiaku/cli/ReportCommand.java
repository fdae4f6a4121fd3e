package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: a project's folder as one page. */
@Command(
        name = "report",
        description = "Write one page of all that a folder holds: dataset, training, what the export lost,"
                + " evaluation, what the persona says, and how to use it.",
        footer = {"", "Examples:", "  kaiaku-train report ana", "  kaiaku-train report ana --out ana/all.html --json"})
final class ReportCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private JsonOption json;

    @Parameters(paramLabel = "DIR", description = "What `run` wrote, or a folder with what the single commands wrote.")
    private Path folder;

    @Option(names = "--out", paramLabel = "FILE", description = "The page (default: DIR/report.html).")
    private @Nullable Path out;

    ReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Project project = new Project(folder);
        if (project.data().isEmpty() && project.runs().isEmpty()) {
            throw new BadInputException(folder + ": no dataset and no run here; `kaiaku-train run` makes both");
        }
        Path file = out != null ? out : folder.resolve("report.html");
        ProjectReport report = new ProjectReport(project, file);
        report.write();
        Summary summary = new Summary().runs(report.runs());
        json.print(console, summary.put("report", file.toString()).line("Report: " + file));
        return ExitCode.DONE;
    }
}
