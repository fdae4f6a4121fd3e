package dev.kaiaku.model.tokenizer;

import dev.kaiaku.bindings.CacheFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Settings that the Hugging Face tokenizers library reads once, before its first use. */
final class TokenizerLibrary {
    private TokenizerLibrary() {}

    /** Keeps the library off the network, where it would look for a GPU build, and inside this user's cache. */
    static void prepare() {
        System.setProperty("ai.djl.offline", "true");
        Path folder = CacheFolder.root().resolve("djl");
        try {
            Files.createDirectories(folder);
            System.setProperty("ENGINE_CACHE_DIR", folder.toString());
        } catch (IOException e) {
            // The library then uses a folder of its own choice.
            System.clearProperty("ENGINE_CACHE_DIR");
        }
    }
}
