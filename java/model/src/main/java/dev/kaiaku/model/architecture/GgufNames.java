package dev.kaiaku.model.architecture;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names that GGUF files give to tensors. */
public final class GgufNames {
    /** Divisors of the rope frequencies, [E/2]; has no Hugging Face name. */
    public static final String ROPE_FREQS = "rope_freqs.weight";

    private static final String LAYER = "model.layers.";
    private static final Map<String, String> OUTSIDE = Map.of(
            "model.embed_tokens.weight", "token_embd.weight",
            "model.norm.weight", "output_norm.weight",
            "lm_head.weight", "output.weight");
    private static final Map<String, String> IN_LAYER = Map.of(
            "self_attn.q_proj", "attn_q",
            "self_attn.k_proj", "attn_k",
            "self_attn.v_proj", "attn_v",
            "self_attn.q_norm", "attn_q_norm",
            "self_attn.k_norm", "attn_k_norm",
            "self_attn.o_proj", "attn_output",
            "mlp.gate_proj", "ffn_gate",
            "mlp.up_proj", "ffn_up",
            "mlp.down_proj", "ffn_down");

    private GgufNames() {}

    /**
     * The GGUF name of a tensor with a Hugging Face name: {@code model.layers.3.mlp.up_proj.weight} is {@code
     * blk.3.ffn_up.weight}.
     */
    public static String of(Architecture architecture, String huggingFaceName) {
        String outside = OUTSIDE.getOrDefault(huggingFaceName, "");
        if (!outside.isEmpty()) {
            return outside;
        }
        int kind = huggingFaceName.lastIndexOf('.');
        int number = huggingFaceName.startsWith(LAYER) ? huggingFaceName.indexOf('.', LAYER.length()) : -1;
        if (number > 0 && number < kind) {
            String part = huggingFaceName.substring(number + 1, kind);
            @Nullable String name = IN_LAYER.get(part);
            if (name == null) {
                name = architecture.family().norms().get(part);
            }
            if (name != null) {
                return "blk." + huggingFaceName.substring(LAYER.length(), number) + "." + name
                        + huggingFaceName.substring(kind);
            }
        }
        throw new IllegalArgumentException("no GGUF name for " + huggingFaceName);
    }
}
