package dev.kaiaku.cli;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.trainer.RunFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder with what several commands made: a dataset, runs, exported files, an evaluation. */
record Project(Path folder) {
    private static final int DEPTH = 3;

    Project {
        if (!Files.isDirectory(folder)) {
            throw new BadInputException(folder + ": no such folder");
        }
    }

    /** Folders of runs in it, by name. */
    List<Path> runs() {
        return files(RunFile.FILE).stream().map(Path::getParent).toList();
    }

    /** The folder of its dataset; of several the first by name. */
    Optional<Path> data() {
        return files(DatasetSummary.FILE).stream().map(Path::getParent).findFirst();
    }

    /** The first file with a name. */
    Optional<Path> file(String name) {
        return files(name).stream().findFirst();
    }

    /** Personas in it. */
    List<Path> personas() {
        return walk().filter(file -> file.toString().endsWith(".gguf"))
                .filter(file -> !file.getFileName().toString().equals("imatrix.gguf"))
                .toList();
    }

    private List<Path> files(String name) {
        return walk().filter(file -> file.getFileName().toString().equals(name)).toList();
    }

    private Stream<Path> walk() {
        try (Stream<Path> found = Files.walk(folder, DEPTH)) {
            return found.filter(file -> !hidden(file)).filter(Files::isRegularFile).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        }
    }

    /** What a stopped command left under a temporary name. */
    private boolean hidden(Path file) {
        for (Path part : folder.relativize(file)) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }
}
