package dev.kaiaku.bindings;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Native libraries that lie in the class path, made into files that the system can load. They are extracted
 * once into {@code native/<SHA-256 of the contents>} of the user's cache, so that another version never meets
 * the files of this one. Thread-safe, also between processes: every file appears under its name whole.
 */
final class NativeFiles {
    private final ClassLoader loader;
    private final String folder;
    private final List<String> names;

    /**
     * @param folder resource folder without a slash at either end
     * @param names files in it; they are extracted side by side
     */
    NativeFiles(ClassLoader loader, String folder, List<String> names) {
        this.loader = loader;
        this.folder = folder;
        this.names = List.copyOf(names);
    }

    /** Whether the class path has the files, that is, whether this platform is supported. */
    boolean present() {
        return names.stream().allMatch(name -> loader.getResource(folder + "/" + name) != null);
    }

    /**
     * Extracts what is not there yet into the user's cache, or into a temporary folder where that cannot be written.
     *
     * @return the folder that holds the files
     * @throws NativeException UNSUPPORTED where the class path lacks a file
     */
    Path extract() {
        return extract(CacheFolder.root());
    }

    Path extract(Path cache) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Map<String, Long> sizes = new LinkedHashMap<>();
            for (String name : names) {
                sizes.put(name, readInto(name, digest));
            }
            Path target = cache.resolve("native").resolve(HexFormat.of().formatHex(digest.digest()));
            if (complete(target, sizes)) {
                return target;
            }
            try {
                Files.createDirectories(target);
                write(target, sizes);
                return target;
            } catch (IOException cacheFailure) {
                return extractTemporarily(sizes, cacheFailure);
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot extract " + folder + ": " + e.getMessage(), e);
        }
    }

    private Path extractTemporarily(Map<String, Long> sizes, IOException cacheFailure) throws IOException {
        try {
            Path target = Files.createTempDirectory("kaiaku-native");
            target.toFile().deleteOnExit();
            sizes.keySet().forEach(name -> target.resolve(name).toFile().deleteOnExit());
            write(target, sizes);
            return target;
        } catch (IOException e) {
            e.addSuppressed(cacheFailure);
            throw new IOException(
                    "neither the cache (" + cacheFailure.getMessage() + ") nor the temporary folder (" + e.getMessage()
                            + ") can be written; set KAIAKU_CACHE to a folder that can",
                    e);
        }
    }

    private void write(Path target, Map<String, Long> sizes) throws IOException {
        for (Map.Entry<String, Long> entry : sizes.entrySet()) {
            if (!hasSize(target.resolve(entry.getKey()), entry.getValue())) {
                write(target, entry.getKey());
            }
        }
    }

    private void write(Path target, String name) throws IOException {
        Path temporary = Files.createTempFile(target, name, ".part");
        try {
            try (InputStream in = open(name);
                    OutputStream out = Files.newOutputStream(temporary)) {
                in.transferTo(out);
            }
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            // A process that has the old file mapped keeps it; one that opens it now gets the whole new one.
            Files.move(
                    temporary,
                    target.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private long readInto(String name, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long size = 0;
        try (InputStream in = open(name)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                size += n;
            }
        }
        return size;
    }

    private InputStream open(String name) {
        @Nullable InputStream in = loader.getResourceAsStream(folder + "/" + name);
        if (in == null) {
            throw new NativeException(
                    NativeException.Status.UNSUPPORTED,
                    "this build has no " + name + " for " + Platform.current() + "; build kAIaku on this machine");
        }
        return in;
    }

    private static boolean complete(Path folder, Map<String, Long> sizes) {
        return sizes.entrySet().stream().allMatch(entry -> hasSize(folder.resolve(entry.getKey()), entry.getValue()));
    }

    private static boolean hasSize(Path file, long size) {
        try {
            return Files.isRegularFile(file) && Files.size(file) == size;
        } catch (IOException e) {
            return false;
        }
    }
}
