package dev.kaiaku.trainer;

import dev.kaiaku.dataset.WriteFailure;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.PeftAdapter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Stream;

/** The files that a run writes while it goes. */
final class RunFolder implements AutoCloseable {
    private final Path folder;
    private final String baseName;
    private final BufferedWriter metrics;

    private RunFolder(Path folder, String baseName, BufferedWriter metrics) {
        this.folder = folder;
        this.baseName = baseName;
        this.metrics = metrics;
    }

    /** Throws {@link RunExistsException} where the folder holds anything. */
    static void requireEmpty(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new RunExistsException(folder);
        }
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new RunExistsException(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        }
    }

    static RunFolder create(Path folder, String baseName) {
        Path file = folder.resolve("metrics.jsonl");
        try {
            Files.createDirectories(folder);
            return new RunFolder(
                    folder,
                    baseName,
                    Files.newBufferedWriter(
                            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw WriteFailure.of(file, e);
        }
    }

    /** Appends a line to {@code metrics.jsonl}. */
    void metric(Map<String, ?> values) {
        try {
            metrics.write(RunFile.JSON.writeValueAsString(values));
            metrics.write('\n');
            metrics.flush();
        } catch (IOException e) {
            throw WriteFailure.of(folder.resolve("metrics.jsonl"), e);
        }
    }

    void writeBest(LoraAdapter adapter) {
        PeftAdapter.write(adapter, folder.resolve("checkpoints/best"), baseName);
    }

    /** Writes the adapter that the run leaves; returns its folder. */
    Path writeAdapter(LoraAdapter adapter) {
        Path target = folder.resolve("adapter");
        PeftAdapter.write(adapter, target, baseName);
        return target;
    }

    @Override
    public void close() {
        try {
            metrics.close();
        } catch (IOException e) {
            throw WriteFailure.of(folder.resolve("metrics.jsonl"), e);
        }
    }
}
