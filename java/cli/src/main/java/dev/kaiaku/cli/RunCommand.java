package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.eval.tune.Choice;
import dev.kaiaku.eval.tune.TuneReport;
import dev.kaiaku.eval.tune.TuneTask;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.TrainResult.StopReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: a chat export becomes a persona, all steps at once. */
@Command(
        name = "run",
        description = "Turn a chat export into a persona: DIR/data, DIR/run and DIR/persona.gguf, and one reply of it.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train run chat.csv --persona ana --base smollm2-135m --out ana",
            "  kaiaku-train run exports/ --persona ana --base qwen2.5-0.5b-instruct --out ana --epochs 2 --quant F16",
            "  kaiaku-train run chat.csv --persona ana --base smollm2-135m --out ana --tune --tune-budget 90m",
            "",
            "Run again with the same options, it goes on from what is there."
        })
final class RunCommand implements Callable<Integer> {
    /** Folder of a search. */
    private static final String TUNE = "tune";

    private final Console console;

    @Mixin
    private JsonOption json;

    @Mixin
    private BuildOptions build;

    @Option(names = "--base", required = true, paramLabel = "MODEL", description = BaseOption.DESCRIPTION)
    private String base;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for all that is made.")
    private Path out;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private SamplesOption samples;

    @Option(names = "--seed", paramLabel = "N", description = "Of the order of examples and the first adapter.")
    private @Nullable Long seed;

    @Mixin
    private ExportOptions export;

    @Mixin
    private TuneOptions tune;

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        DatasetOptions options = build.resolve();
        TrainOptions trainOptions = training.resolve(seed);
        Duration budget = tune.budget();
        Summary summary = new Summary();
        PersonaRun run;
        PersonaExport.Written written;
        try (ProgressLine progress = new ProgressLine(console)) {
            Pipeline pipeline = new Pipeline(progress, samples.wanted());
            run = new PersonaRun(pipeline, out);
            // The base comes first: what cannot be had is known before any work is done.
            Path basePath = pipeline.fetch(base);
            try (BaseModel model = BaseModels.open(basePath)) {
                trainOptions = training.suited(trainOptions, model);
                @Nullable Choice tuned = null;
                if (tune.wanted()) {
                    TuneTask task = new TuneTask(
                            build.exports(),
                            build.persona(),
                            options.context(),
                            build::resolve,
                            trainOptions,
                            budget,
                            out.resolve(TUNE));
                    @Nullable TuneReport report = pipeline.tune(task, model);
                    if (report == null) {
                        return interrupted(summary, "");
                    }
                    tuned = report.choice();
                    options = task.data(tuned.arm());
                    trainOptions = tuned.arm().options(trainOptions);
                    run.adopt(task.run(tuned.arm()), build.exports(), build.persona(), options);
                    summary.tune(report, task.folder().resolve(TuneReport.PAGE));
                }
                PersonaRun.Made made = run.make(build.exports(), build.persona(), options, model, trainOptions);
                summary.dataset(made.dataset()).train(made.result());
                if (made.result().stopReason() == StopReason.INTERRUPTED) {
                    return interrupted(summary, ", and `export " + run.run() + "` makes a persona of what is there");
                }
                ExportSource trained = ExportSource.of(model, made.result().adapter(), run.data(), trainOptions);
                ExportSource source =
                        StrengthChoice.of(export.strength(), tuned == null ? 1 : tuned.strength(), trained, progress);
                boolean verify = export.verify(made.dataset().validationSamples() > 0);
                written = new PersonaExport(
                                pipeline, progress, tuned == null ? source : source.drawn(tuned.sampling()), export)
                        .write(ExportForm.GGUF, out.resolve(Pipeline.PERSONA), verify);
            }
        }
        Path first = written.files().get(0);
        SampleReply.print(first, run.data(), json.wanted() ? console.err() : console.out());
        summary.put("gguf", first.toString()).export(written);
        json.print(console, summary.line("Talk to it: kaiaku-train chat " + first));
        return ExitCode.DONE;
    }

    private int interrupted(Summary summary, String more) {
        json.print(console, summary.line("Interrupted; the same command goes on from here" + more + "."));
        return ExitCode.INTERRUPTED;
    }
}
