package dev.kaiaku.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.model.JsonFields;
import dev.kaiaku.model.architecture.HuggingFaceConfig;
import dev.kaiaku.model.base.BaseSketch;
import java.nio.file.Path;
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
 * @param config the sizes, as {@code config.json} has them
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
        JsonNode config,
        List<BaseSource> sources) {
    public CatalogueEntry {
        sources = List.copyOf(sources);
    }

    /** The model as plans see it, without its files. */
    public BaseSketch sketch() {
        JsonFields fields = new JsonFields(Path.of("catalogue.json of this build, " + name), config);
        return BaseSketch.of(name, HuggingFaceConfig.read(fields));
    }
}
