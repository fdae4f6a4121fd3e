package dev.kaiaku.cli;

import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.TrainResult;
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
            "  kaiaku-train train --base Qwen/Qwen2.5-0.5B-Instruct --data ana/data --out ana/run --lr 1e-4 --rank 32",
            "",
            "Ctrl-C stops after the current step and keeps the best adapter so far; again leaves at once."
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

    @Mixin
    private TrainingOptions training;

    @Option(names = "--seed", paramLabel = "N", description = "Of the order of examples and the first adapter.")
    private @Nullable Long seed;

    TrainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        TrainOptions options = training.resolve(seed);
        TrainResult result;
        try (ProgressLine progress = new ProgressLine(console)) {
            Pipeline pipeline = new Pipeline(progress);
            result = pipeline.train(pipeline.fetch(base), data, out, options);
        }
        json.print(console, new Summary().train(result));
        return result.stopReason() == TrainResult.StopReason.INTERRUPTED ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }
}
