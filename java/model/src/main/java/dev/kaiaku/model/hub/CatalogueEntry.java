package dev.kaiaku.model.hub;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A base model with a short name.
 *
 * @param architecture {@code general.architecture} of its GGUF form
 * @param licence name of the licence of the weights
 * @param gated the hub wants the licence accepted by the owner of a token
 * @param trainable this version can train it
 * @param reason why not, null where it can
 * @param sources in order of preference
 */
public record CatalogueEntry(
        String name,
        String architecture,
        String licence,
        long parameters,
        boolean gated,
        boolean trainable,
        @Nullable String reason,
        List<BaseSource> sources) {
    public CatalogueEntry {
        sources = List.copyOf(sources);
    }
}
