package dev.kaiaku.model.export;

import dev.kaiaku.dataset.KaiakuVersion;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.gguf.GgufWriter;
import org.jspecify.annotations.Nullable;

/**
 * Where an exported model comes from.
 *
 * @param base name of the base
 * @param licence of the base, null where nothing tells it
 * @param datasetSha256 of the samples that were learned, null where that is not known
 * @param adapterSha256 of the adapter's weights, null for the base alone
 * @param strength factor of the adapter's change
 */
public record Provenance(
        String base,
        @Nullable String licence,
        @Nullable String datasetSha256,
        @Nullable String adapterSha256,
        double strength) {

    /** What is known of a base and hashes from elsewhere. */
    public static Provenance of(
            BaseModel base, @Nullable String datasetSha256, @Nullable String adapterSha256, double strength) {
        return new Provenance(base.name(), BaseLicence.of(base).orElse(null), datasetSha256, adapterSha256, strength);
    }

    /** Adds the keys to a file. */
    public void write(GgufWriter writer) {
        if (licence != null) {
            writer.string("general.license", licence);
        }
        writer.u32("general.base_model.count", 1);
        writer.string("general.base_model.0.name", base);
        writer.string("kaiaku.version", KaiakuVersion.current());
        if (datasetSha256 != null) {
            writer.string("kaiaku.dataset.sha256", datasetSha256);
        }
        if (adapterSha256 != null) {
            writer.string("kaiaku.adapter.sha256", adapterSha256);
        }
        writer.f32("kaiaku.strength", (float) strength);
    }
}
