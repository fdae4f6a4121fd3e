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

    /** The same whose change counts {@code factor} times: 0 is no change at all. */
    public LoraAdapter times(double factor) {
        SortedMap<String, LoraMatrix> scaled = new TreeMap<>();
        matrices.forEach((linear, matrix) -> {
            float[] b = matrix.b().clone();
            for (int i = 0; i < b.length; i++) {
                b[i] = (float) (factor * b[i]);
            }
            scaled.put(linear, new LoraMatrix(matrix.rank(), matrix.in(), matrix.out(), matrix.a(), b));
        });
        return new LoraAdapter(rank, alpha, rankStabilised, scaled);
    }
}
