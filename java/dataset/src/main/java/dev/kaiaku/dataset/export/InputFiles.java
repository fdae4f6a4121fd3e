package dev.kaiaku.dataset.export;

import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.input.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Lengths and fingerprints of the files of an export. Not thread-safe; the fingerprints are made beside other work: those
 * of files of the same length when they are compared, the others once all is read, when a processor is often idle.
 */
public final class InputFiles {
    private final Map<Path, Entry> entries = new LinkedHashMap<>();
    private final Map<Path, Long> read = new LinkedHashMap<>();

    public InputFiles(List<ExportChannel> channels) {
        for (ExportChannel channel : channels) {
            for (ExportFile member : channel.files()) {
                Path file = member.path();
                entries.put(file, new Entry(file, size(file)));
            }
        }
    }

    public int count() {
        return entries.size();
    }

    /** Bytes of all files. */
    public long bytes() {
        return entries.values().stream().mapToLong(Entry::length).sum();
    }

    /** Bytes of a file. */
    long length(Path file) {
        return entry(file).length();
    }

    /** Notes how many messages a file held that was read. */
    void read(Path file, long rows) {
        read.put(file, rows);
    }

    /** Starts to make the fingerprints of the files that were read. */
    void fingerprint() {
        read.keySet().forEach(file -> entry(file).start());
    }

    /** The files that were read, in order; waits for their fingerprints. */
    public List<DatasetSummary.FileHash> describe() {
        List<DatasetSummary.FileHash> files = new ArrayList<>();
        read.forEach((file, rows) -> files.add(new DatasetSummary.FileHash(
                file.getFileName().toString(), length(file), rows, entry(file).sha256())));
        return files;
    }

    /** Whether a file before this one has the same content. */
    public boolean repeats(Path file) {
        Entry wanted = entry(file);
        for (Map.Entry<Path, Entry> other : entries.entrySet()) {
            if (other.getKey().equals(file)) {
                return false;
            }
            if (other.getValue().length() == wanted.length()
                    && other.getValue().sha256().equals(wanted.sha256())) {
                return true;
            }
        }
        return false;
    }

    private Entry entry(Path file) {
        Entry entry = entries.get(file);
        if (entry == null) {
            throw new IllegalArgumentException(file + " is not part of the export");
        }
        return entry;
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static final class Entry {
        private final Path file;
        private final long length;
        private @Nullable CompletableFuture<String> hash;

        Entry(Path file, long length) {
            this.file = file;
            this.length = length;
        }

        long length() {
            return length;
        }

        /** Starts to make the fingerprint, once. */
        void start() {
            if (hash == null) {
                hash = CompletableFuture.supplyAsync(() -> Sha256.of(file));
            }
        }

        String sha256() {
            start();
            try {
                return Objects.requireNonNull(hash).join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
    }
}
