package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dataset}: a chat export becomes conversations to learn from. */
@Command(name = "dataset", description = "Build a dataset from a chat export, or look at one.")
final class DatasetCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: build, stats or preview");
    }

    /** {@code dataset build}. */
    @Command(
            name = "build",
            description = "Turn a chat export into train.jsonl, validation.jsonl, dataset.json and report.html.",
            footer = {
                "",
                "Examples:",
                "  kaiaku-train dataset build chat.csv --persona ana --out ana/data",
                "  kaiaku-train dataset build exports/ --persona 184405311681986560 --gap 30m --out ana/data",
                "  kaiaku-train dataset build _chat.zip --persona Ana --alias \"+55 11 91234-5678=Ana\" --out ana/data",
                "  kaiaku-train dataset build chat.csv --persona ana --out ana/probed --canaries 1,10,100",
                "  kaiaku-train dataset build log.csv --columns author=user,time=sent,text=body --persona ana --out ana/data"
            })
    static final class Build implements Callable<Integer> {
        private final Console console;

        @Mixin
        private JsonOption json;

        @Mixin
        private BuildOptions build;

        @Option(
                names = "--threads",
                paramLabel = "N",
                description = "Threads that work (default: one for each processor); the result is the same.")
        private int threads;

        @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the dataset.")
        private Path out;

        Build(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            DatasetOptions options = build.resolve(threads);
            DatasetSummary summary;
            try (ProgressLine progress = new ProgressLine(console)) {
                summary = new Pipeline(progress).build(build.exports(), build.persona(), out, options);
            }
            Summary result = new Summary().dataset(summary).put("dataset", out.toString());
            if (!options.canaries().isEmpty()) {
                int planted =
                        options.canaries().stream().mapToInt(Integer::intValue).sum();
                result.put("canary_samples", planted)
                        .line(planted
                                + " samples more hold made-up secrets; what is trained on them is for measuring.");
            }
            json.print(console, result);
            return ExitCode.DONE;
        }
    }
}
