package dev.kaiaku.cli;

import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.model.adapter.DirectorySwap;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.RunCopy;
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

/**
 * A dataset and an adapter in one folder, made where they are not there yet. Training is what takes long: for
 * the same base, data and options it is not done again where it is done, and gone on with where it was cut short.
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
    Made make(List<Path> exports, String persona, DatasetOptions options, BaseModel base, TrainOptions training) {
        if (!Files.exists(run().resolve(RunFile.FILE))) {
            DatasetSummary dataset = pipeline.build(exports, persona, data(), options);
            return new Made(dataset, pipeline.train(base, data(), run(), training, true));
        }
        RunFile earlier = RunFile.read(run());
        if (!Path.of(earlier.basePath()).equals(base.path().toAbsolutePath())
                || !earlier.options().equals(training)
                || !earlier.hashes().equals(hashes(exports, persona, options))) {
            throw new WrongFolderException(
                    run() + " was trained with another base, export or options; name another --out, or remove it");
        }
        TrainResult result =
                earlier.done() ? earlier.result(run()) : pipeline.train(base, data(), run(), training, true);
        return new Made(DatasetSummary.read(data()), result);
    }

    /** Takes a run that was trained elsewhere on what these options give, where there is none yet. */
    void adopt(Path trained, List<Path> exports, String persona, DatasetOptions options) {
        if (!Files.exists(run().resolve(RunFile.FILE))) {
            pipeline.build(exports, persona, data(), options);
            RunCopy.of(trained, run(), data());
        }
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
                DirectorySwap.remove(scratch);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        }
        return hashes;
    }
}
