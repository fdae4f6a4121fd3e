package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetBuilder;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.trainer.RunFile;
import dev.kaiaku.trainer.TrainOptions;
import dev.kaiaku.trainer.TrainResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A dataset and an adapter in one folder, made where they are not there yet. Training is what takes long: it is
 * not done again when the folder has its result for the same base, data and options.
 */
final class PersonaRun {
    private final Pipeline pipeline;
    private final Path folder;

    PersonaRun(Pipeline pipeline, Path folder) {
        this.pipeline = pipeline;
        this.folder = folder;
    }

    /** What was made, or was there. */
    record Made(DatasetSummary dataset, TrainResult result) {}

    Path data() {
        return folder.resolve("data");
    }

    Path run() {
        return folder.resolve("run");
    }

    /**
     * Builds and trains.
     *
     * @throws WrongFolderException where the folder holds a run of something else
     */
    Made make(List<Path> exports, String persona, DatasetOptions options, Path base, TrainOptions training) {
        if (!Files.exists(run())) {
            DatasetSummary dataset = pipeline.build(exports, persona, data(), options);
            return new Made(dataset, pipeline.train(base, data(), run(), training));
        }
        RunFile earlier = RunFile.read(run());
        RunFile.@Nullable Result result = earlier.result();
        if (result == null) {
            throw new WrongFolderException(run() + " was cut short and has no adapter; remove it and run again");
        }
        if (!Path.of(earlier.basePath()).equals(base.toAbsolutePath())
                || !earlier.options().equals(training)
                || !earlier.hashes().equals(hashes(exports, persona, options))) {
            throw new WrongFolderException(
                    run() + " was trained with another base, export or options; name another --out, or remove it");
        }
        return new Made(DatasetSummary.read(data()), earlierResult(earlier, result));
    }

    /** Hashes of the dataset that these options give now. */
    private Map<String, String> hashes(List<Path> exports, String persona, DatasetOptions options) {
        Map<String, String> hashes = new TreeMap<>();
        try {
            Path scratch = Files.createTempDirectory(folder, ".data");
            try {
                pipeline.build(exports, persona, scratch, options)
                        .outputs()
                        .forEach(output -> hashes.put(output.name(), output.sha256()));
            } finally {
                for (String name : List.of(DatasetBuilder.TRAIN, DatasetBuilder.VALIDATION, DatasetSummary.FILE)) {
                    Files.deleteIfExists(scratch.resolve(name));
                }
                Files.delete(scratch);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        }
        return hashes;
    }

    private TrainResult earlierResult(RunFile file, RunFile.Result result) {
        return new TrainResult(
                orNaN(result.baseNll()),
                orNaN(result.bestNll()),
                result.bestStep(),
                result.steps(),
                result.tokensPerSecond(),
                result.peakMemoryBytes(),
                file.plan().trainSamples(),
                file.plan().validationSamples(),
                file.plan().targetTokens(),
                run().resolve(Pipeline.ADAPTER),
                result.stopReason());
    }

    private static double orNaN(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
