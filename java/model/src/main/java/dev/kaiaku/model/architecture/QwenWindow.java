package dev.kaiaku.model.architecture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The sliding window of Qwen's config.json, off unless it is asked for. llama.cpp does not know it. */
final class QwenWindow {
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_FIRST = 28;

    private QwenWindow() {}

    static @Nullable LocalAttention read(HuggingFaceConfig config) {
        if (!config.json().bool("use_sliding_window", false)) {
            return null;
        }
        @Nullable Integer window = config.windowOr(DEFAULT_WINDOW);
        if (window == null) {
            return null;
        }
        @Nullable LocalAttention given = config.layerTypes(window, config.rope());
        if (given != null) {
            return given;
        }
        @Nullable Integer first = config.json().findInteger("max_window_layers");
        return LocalAttention.from(window, first == null ? DEFAULT_FIRST : first, config.layers(), config.rope());
    }

    static void write(ModelConfig config, ObjectNode json) {
        @Nullable LocalAttention local = config.features().local();
        json.put("use_sliding_window", local != null);
        if (local != null) {
            json.put("sliding_window", local.window());
            HuggingFaceConfig.writeLayerTypes(local, json);
        }
    }
}
