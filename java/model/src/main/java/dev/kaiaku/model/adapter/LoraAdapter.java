package dev.kaiaku.model.adapter;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A trained adapter in memory.
 *
 * @param alpha {@code lora_alpha}
 * @param rankStabilised rsLoRA: the scaling is {@code alpha / sqrt(rank)}
 * @param matrices by the Hugging Face name of the linear, without {@code .weight}:
 *     {@code model.layers.0.self_attn.q_proj}
 */
public record LoraAdapter(int rank, double alpha, boolean rankStabilised, SortedMap<String, LoraMatrix> matrices) {
    public LoraAdapter {
        matrices = Collections.unmodifiableSortedMap(new TreeMap<>(matrices));
    }

    /** s in {@code W x + s B A x}. */
    public double scaling() {
        return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
    }
}
