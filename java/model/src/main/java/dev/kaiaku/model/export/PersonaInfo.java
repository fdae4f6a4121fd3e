package dev.kaiaku.model.export;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.gguf.GgufMetadata;
import dev.kaiaku.model.gguf.GgufWriter;
import org.jspecify.annotations.Nullable;

/**
 * Who an exported file imitates, and how conversations with them are written; the {@code kaiaku.*} keys.
 *
 * @param name of the persona
 * @param system the system message that it was trained with, null for none
 * @param sampling how its replies are best drawn, null where nobody knows
 */
public record PersonaInfo(
        String name,
        @Nullable String system,
        ChatFormat format,
        @Nullable SamplingInfo sampling) {
    private static final String PERSONA = "kaiaku.persona";
    private static final String SYSTEM = "kaiaku.system";
    private static final String FORMAT = "kaiaku.format";

    /** Of whom nobody knows how replies are best drawn. */
    public PersonaInfo(String name, @Nullable String system, ChatFormat format) {
        this(name, system, format, null);
    }

    /** Reads the keys back; throws {@link BadInputException} for a file that is no persona. */
    public static PersonaInfo read(GgufMetadata metadata) {
        @Nullable String name = metadata.findString(PERSONA);
        if (name == null) {
            throw new BadInputException(metadata.path() + ": a model, but no persona; kaiaku-train export writes one");
        }
        return new PersonaInfo(
                name,
                metadata.findString(SYSTEM),
                ChatFormat.byId(metadata.string(FORMAT)),
                SamplingInfo.read(metadata));
    }

    /** Adds the keys to a file. */
    public void write(GgufWriter writer) {
        writer.string(PERSONA, name);
        if (system != null) {
            writer.string(SYSTEM, system);
        }
        writer.string(FORMAT, format.id());
        if (sampling != null) {
            sampling.write(writer);
        }
    }
}
