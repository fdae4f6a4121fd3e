package dev.kaiaku.model.base;

import java.util.List;
import java.util.Map;

/** The names that GGUF files give to tensors. */
public final class GgufNames {
    /** Divisors of the rope frequencies, [E/2]; has no Hugging Face name. */
    public static final String ROPE_FREQS = "rope_freqs.weight";

    private static final String LAYER = "model.layers.";
    private static final Map<String, String> OUTSIDE = Map.of(
            "model.embed_tokens.weight", "token_embd.weight",
            "model.norm.weight", "output_norm.weight",
            "lm_head.weight", "output.weight");
    private static final List<Map.Entry<String, String>> IN_LAYER = List.of(
            Map.entry("input_layernorm", "attn_norm"),
            Map.entry("post_attention_layernorm", "ffn_norm"),
            Map.entry("self_attn.q_proj", "attn_q"),
            Map.entry("self_attn.k_proj", "attn_k"),
            Map.entry("self_attn.v_proj", "attn_v"),
            Map.entry("self_attn.o_proj", "attn_output"),
            Map.entry("mlp.gate_proj", "ffn_gate"),
            Map.entry("mlp.up_proj", "ffn_up"),
            Map.entry("mlp.down_proj", "ffn_down"));

    private GgufNames() {}

    /**
     * The GGUF name of a tensor with a Hugging Face name: {@code model.layers.3.mlp.up_proj.weight} is {@code
     * blk.3.ffn_up.weight}.
     */
    public static String of(String huggingFaceName) {
        String outside = OUTSIDE.getOrDefault(huggingFaceName, "");
        if (!outside.isEmpty()) {
            return outside;
        }
        if (huggingFaceName.startsWith(LAYER)) {
            int dot = huggingFaceName.indexOf('.', LAYER.length());
            String number = huggingFaceName.substring(LAYER.length(), Math.max(dot, LAYER.length()));
            String rest = huggingFaceName.substring(dot + 1);
            for (Map.Entry<String, String> entry : IN_LAYER) {
                if (rest.startsWith(entry.getKey() + ".")) {
                    return "blk." + number + "." + entry.getValue()
                            + rest.substring(entry.getKey().length());
                }
            }
        }
        throw new IllegalArgumentException("no GGUF name for " + huggingFaceName);
    }
}
