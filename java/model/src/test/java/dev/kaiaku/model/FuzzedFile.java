package dev.kaiaku.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file whose content changes with each run. */
public final class FuzzedFile {
    private final Path path;

    private FuzzedFile(Path path) {
        this.path = path;
    }

    public static FuzzedFile create(String suffix) {
        try {
            return new FuzzedFile(Files.createTempFile("fuzzed", suffix));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file, now with these bytes. */
    public Path with(byte[] bytes) {
        try {
            return Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void delete() {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
