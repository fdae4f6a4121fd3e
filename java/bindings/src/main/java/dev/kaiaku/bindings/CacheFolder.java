package dev.kaiaku.bindings;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where this user's caches lie. */
public final class CacheFolder {
    private CacheFolder() {}

    /**
     * {@code $KAIAKU_CACHE}, else {@code $XDG_CACHE_HOME/kaiaku}, else {@code ~/.cache/kaiaku}; it need not exist.
     */
    public static Path root() {
        return root(System.getenv(), System.getProperty("user.home", "."));
    }

    static Path root(Map<String, String> environment, String home) {
        @Nullable String own = environment.get("KAIAKU_CACHE");
        if (own != null && !own.isBlank()) {
            return Path.of(own).toAbsolutePath();
        }
        @Nullable String xdg = environment.get("XDG_CACHE_HOME");
        // The XDG specification has relative paths ignored.
        Path caches =
                xdg != null && !xdg.isBlank() && Path.of(xdg).isAbsolute() ? Path.of(xdg) : Path.of(home, ".cache");
        return caches.resolve("kaiaku").toAbsolutePath();
    }
}
