package dev.kaiaku.cli;

import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.trainer.RunFile;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.TrainResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code train}: a base model and a dataset become an adapter. */
@Command(
        name = "train",
        description = "Train an adapter on a dataset.",
        footer = {
            "",
            "Examples:",
            "  kaiaku-train train --base smollm2-135m --data ana/data --out ana/run",
            "  kaiaku-train train --base Qwen/Qwen2.5-0.5B-Instruct --data ana/data --out ana/run --lr auto --rank 32",
            "  kaiaku-train train --base smollm2-135m --data ana/data --out ana/run --resume",
            "",
            "The run saves itself every half minute and at every evaluation; --resume goes on from there. Ctrl-C stops",
            "after the current step, saves, and keeps the best adapter so far; again leaves at once."
        })
final class TrainCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private JsonOption json;

    @Option(names = "--base", required = true, paramLabel = "MODEL", description = BaseOption.DESCRIPTION)
    private String base;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "What `dataset build` wrote.")
    private Path data;

    @Option(names = "--out", required = true, paramLabel = "RUN", description = "New folder for the run.")
    private Path out;

    @Option(
            names = "--resume",
            description = "Go on with the run in RUN; options that are left out are those it was started with.")
    private boolean resume;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private SamplesOption samples;

    @Option(names = "--seed", paramLabel = "N", description = "Of the order of examples and the first adapter.")
    private @Nullable Long seed;

    TrainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        boolean started = resume && Files.exists(out.resolve(RunFile.FILE));
        TrainOptions start = started ? RunFile.read(out).options() : TrainOptions.defaults();
        TrainOptions options = training.resolve(start, seed);
        TrainResult result;
        try (ProgressLine progress = new ProgressLine(console)) {
            Pipeline pipeline = new Pipeline(progress, samples.wanted());
            try (BaseModel model = BaseModels.open(pipeline.fetch(base))) {
                TrainOptions suited = started ? options : training.suited(options, model);
                result = pipeline.train(model, data, out, suited, resume);
            }
        }
        json.print(console, new Summary().train(result));
        return result.stopReason() == TrainResult.StopReason.INTERRUPTED ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }
}
