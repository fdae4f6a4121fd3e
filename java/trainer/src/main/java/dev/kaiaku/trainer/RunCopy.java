package dev.kaiaku.trainer;

import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.model.adapter.DirectorySwap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A run that is taken to another folder. */
public final class RunCopy {
    private RunCopy() {}

    /**
     * Copies everything; the folder is there whole or not at all.
     *
     * @param data where the dataset of the copy is: one with the same content as the run's
     */
    public static void of(Path run, Path to, Path data) {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(run)) {
            files = walk.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(run + ": " + e.getMessage(), e);
        }
        DirectorySwap.write(to, fresh -> {
            for (Path file : files) {
                Path target = fresh.resolve(run.relativize(file).toString());
                try {
                    Files.createDirectories(target.getParent());
                } catch (IOException e) {
                    throw new UncheckedIOException(target + ": " + e.getMessage(), e);
                }
                AtomicFile.write(target, out -> Files.copy(file, out));
            }
            RunFile.read(run).withData(data).write(fresh);
        });
    }
}
