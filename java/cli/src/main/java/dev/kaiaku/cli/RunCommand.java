package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.TrainResult.StopReason;
import java.nio.file.Path;
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
            "",
            "Run again with the same options, it goes on from what is there."
        })
final class RunCommand implements Callable<Integer> {
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

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        DatasetOptions options = build.resolve();
        TrainOptions trainOptions = training.resolve(seed);
        Path gguf = out.resolve(Pipeline.PERSONA);
        PersonaRun.Made made;
        PersonaRun run;
        PersonaExport.@Nullable Written written = null;
        try (ProgressLine progress = new ProgressLine(console)) {
            Pipeline pipeline = new Pipeline(progress, samples.wanted());
            run = new PersonaRun(pipeline, out);
            // The base comes first: what cannot be had is known before any work is done.
            Path basePath = pipeline.fetch(base);
            try (BaseModel model = BaseModels.open(basePath)) {
                made = run.make(build.exports(), build.persona(), options, basePath, trainOptions);
                if (made.result().stopReason() != StopReason.INTERRUPTED) {
                    ExportSource source = ExportSource.of(model, made.result().adapter(), run.data(), trainOptions);
                    boolean verify = export.verify(made.dataset().validationSamples() > 0);
                    written =
                            new PersonaExport(pipeline, progress, source, export).write(ExportForm.GGUF, gguf, verify);
                }
            }
        }
        Summary summary = new Summary().dataset(made.dataset()).train(made.result());
        if (written == null) {
            json.print(
                    console,
                    summary.line("Interrupted; the same command goes on from here, and `export " + run.run()
                            + "` makes a persona of what is there."));
            return ExitCode.INTERRUPTED;
        }
        Path first = written.files().get(0);
        SampleReply.print(first, run.data(), json.wanted() ? console.err() : console.out());
        summary.put("gguf", first.toString()).export(written);
        json.print(console, summary.line("Talk to it: kaiaku-train chat " + first));
        return ExitCode.DONE;
    }
}
