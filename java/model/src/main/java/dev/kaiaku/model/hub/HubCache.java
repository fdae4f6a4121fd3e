package dev.kaiaku.model.hub;

import dev.kaiaku.dataset.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The folder where Hugging Face's tools keep what they fetched, laid out as they do, so that each finds the
 * other's files: {@code models--ORG--NAME/} with {@code blobs/ETAG}, {@code snapshots/COMMIT/FILE} (links to
 * blobs) and {@code refs/main}.
 */
record HubCache(Path folder) {

    static HubCache of(Map<String, String> environment, String home) {
        @Nullable String cache = environment.get("HF_HUB_CACHE");
        return new HubCache(
                cache != null && !cache.isBlank()
                        ? Path.of(cache)
                        : hubHome(environment, home).resolve("hub"));
    }

    /** {@code $HF_HOME}, where the token lies too. */
    static Path hubHome(Map<String, String> environment, String home) {
        @Nullable String own = environment.get("HF_HOME");
        if (own != null && !own.isBlank()) {
            return Path.of(own);
        }
        @Nullable String caches = environment.get("XDG_CACHE_HOME");
        return (caches != null && !caches.isBlank() ? Path.of(caches) : Path.of(home, ".cache")).resolve("huggingface");
    }

    private Path repository(String id) {
        return folder.resolve("models--" + id.replace("/", "--"));
    }

    Path blob(String id, String etag) {
        return repository(id).resolve("blobs").resolve(etag);
    }

    Path snapshot(String id, String commit) {
        return repository(id).resolve("snapshots").resolve(commit);
    }

    /** The commit that {@code main} was when it was last asked for. */
    Optional<String> main(String id) {
        try {
            return Optional.of(
                    Files.readString(repository(id).resolve("refs/main")).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    void setMain(String id, String commit) {
        AtomicFile.write(repository(id).resolve("refs/main"), commit);
    }

    /** Shows a blob under its name in a snapshot. */
    Path link(String id, String commit, String file, String etag) {
        Path snapshot = snapshot(id, commit);
        Path link = snapshot.resolve(file);
        Path blob = blob(id, etag);
        try {
            Files.createDirectories(snapshot);
            Files.deleteIfExists(link);
            try {
                Files.createSymbolicLink(link, snapshot.relativize(blob));
            } catch (UnsupportedOperationException | IOException e) {
                // Without the right to make links, as on Windows, the file itself goes there.
                Files.move(blob, link, StandardCopyOption.REPLACE_EXISTING);
            }
            return link;
        } catch (IOException e) {
            throw new UncheckedIOException(link + ": " + e.getMessage(), e);
        }
    }
}
