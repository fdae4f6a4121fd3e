package dev.kaiaku.chat.engine;

import dev.kaiaku.bindings.CacheFolder;
import dev.kaiaku.bindings.libllama.Libllama;
import dev.kaiaku.dataset.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** libllama in the user's cache, built there once by CMake. */
public final class LlamaBuild {
    private static final String NAME = "libllama-" + Libllama.RELEASE;
    private static final List<String> PROJECT =
            List.of("CMakeLists.txt", "NpmBundle.cmake", "amx-tiles.h", "build.cmake");
    private static final Pattern STEP = Pattern.compile("\\[\\s*(\\d+)(?:/(\\d+)|%)\\].*");
    private static final int LINES_TO_TELL = 8;

    private LlamaBuild() {}

    /** The library, where it was built before. */
    public static Optional<Path> library() {
        Path built = CacheFolder.root().resolve(NAME).resolve(System.mapLibraryName("llama"));
        return Files.isRegularFile(built) ? Optional.of(built) : Optional.empty();
    }

    /**
     * Fetches llama.cpp's sources (from the folder that the environment's FETCHCONTENT_SOURCE_DIR_LLAMA names, else
     * its repository, else npm), compiles them, and keeps the library in the user's cache. Takes a few minutes, a
     * compiler and CMake.
     *
     * @param progress told in files to compile
     * @throws UncheckedIOException with the last lines of the build where it failed
     */
    public static Path run(Progress progress) {
        Path root = CacheFolder.root();
        try {
            Files.createDirectories(root);
            Path folder = Files.createTempDirectory(root, NAME + "-build");
            try {
                for (String file : PROJECT) {
                    extract(file, folder.resolve(file));
                }
                cmake(folder, root.resolve(NAME), progress);
            } finally {
                deleteTree(folder);
            }
            return library().orElseThrow(() -> new IOException("it was built, but there is no " + root.resolve(NAME)));
        } catch (IOException e) {
            throw new UncheckedIOException("libllama cannot be built: " + e.getMessage(), e);
        }
    }

    private static void extract(String file, Path target) throws IOException {
        try (@Nullable InputStream in = Libllama.class.getResourceAsStream("build/" + file)) {
            if (in == null) {
                throw new IOException("this program was packed without " + file);
            }
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void cmake(Path folder, Path target, Progress progress) throws IOException {
        progress.report("fetching llama.cpp", 0, 0);
        ProcessBuilder builder = new ProcessBuilder(
                        "cmake",
                        "-DBUILD_DIR=" + folder.resolve("tree"),
                        "-DINSTALL_DIR=" + target,
                        "-P",
                        folder.resolve("build.cmake").toString())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        Process build = builder.start();
        Deque<String> last = new ArrayDeque<>();
        try (BufferedReader lines = build.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher step = STEP.matcher(line);
                if (step.matches()) {
                    long total = step.group(2) == null ? 100 : Long.parseLong(step.group(2));
                    progress.report("compiling llama.cpp", Long.parseLong(step.group(1)), total);
                } else if (!line.isBlank()) {
                    last.add(line.strip());
                }
                if (last.size() > LINES_TO_TELL) {
                    last.remove();
                }
            }
            if (build.waitFor() != 0) {
                throw new IOException(String.join("; ", last));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            build.destroy();
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                file.toFile().setWritable(true);
                Files.delete(file);
            }
        }
    }
}
