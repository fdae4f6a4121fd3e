package dev.kaiaku.model.export;

import dev.kaiaku.model.gguf.GgufMetadata;
import dev.kaiaku.model.gguf.GgufWriter;
import org.jspecify.annotations.Nullable;

/**
 * How replies of a persona are best drawn; the {@code general.sampling.*} keys, which llama.cpp takes as its defaults
 * too.
 *
 * @param temperature logits are divided by it
 * @param topP the likeliest tokens that together have this probability take part
 * @param minP tokens at least this share as likely as the first take part
 */
public record SamplingInfo(double temperature, double topP, double minP) {
    private static final String TEMPERATURE = "general.sampling.temp";
    private static final String TOP_P = "general.sampling.top_p";
    private static final String MIN_P = "general.sampling.min_p";

    /** Reads the keys back; null where one of them is missing. */
    public static @Nullable SamplingInfo read(GgufMetadata metadata) {
        @Nullable Double temperature = metadata.findReal(TEMPERATURE);
        @Nullable Double topP = metadata.findReal(TOP_P);
        @Nullable Double minP = metadata.findReal(MIN_P);
        return temperature == null || topP == null || minP == null ? null : new SamplingInfo(temperature, topP, minP);
    }

    void write(GgufWriter writer) {
        writer.f32(TEMPERATURE, (float) temperature);
        writer.f32(TOP_P, (float) topP);
        writer.f32(MIN_P, (float) minP);
    }
}
