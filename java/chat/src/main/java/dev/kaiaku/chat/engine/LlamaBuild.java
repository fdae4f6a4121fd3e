package dev.kaiaku.chat.engine;

import dev.kaiaku.bindings.CacheFolder;
import dev.kaiaku.dataset.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where libllama lies on this machine. */
final class LlamaBuild {
    private LlamaBuild() {}

    static Optional<Path> library(@Nullable Path given) {
        if (given != null) {
            return Optional.of(given);
        }
        Path built = CacheFolder.root().resolve("libllama").resolve(System.mapLibraryName("llama"));
        return Files.isRegularFile(built) ? Optional.of(built) : Optional.empty();
    }

    static Path libraryOrBuild(@Nullable Path given) {
        return library(given).orElseThrow(() -> new BadInputException("no libllama"));
    }
}
