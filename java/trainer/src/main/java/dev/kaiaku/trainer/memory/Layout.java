package dev.kaiaku.trainer.memory;

import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeTrainerOptions;
import dev.kaiaku.bindings.NativeWeights;

/**
 * How much is computed at once, and what of it lies where. Results depend on {@code eightBitTables} only.
 *
 * @param microTokens tokens of a native call, T
 * @param keptLayers layers that keep everything; the others keep their input and run again in backward
 * @param cachedLayers as the native trainer takes it: 0: a matrix is made as products read it for each product; n: each
 *     layer's once for as long as it is at work, and those of the last n - 1 layers once for all
 * @param offload inputs of layers that run again wait in main memory, beside a GPU
 * @param hostEmbedding the embedding stays in main memory, beside a GPU
 * @param eightBitTables embedding and head in 8 bits, not in the form that was asked for
 */
public record Layout(
        int microTokens,
        int keptLayers,
        int cachedLayers,
        boolean offload,
        boolean hostEmbedding,
        boolean eightBitTables) {

    /** All of it in the memory of the device that computes. */
    public static Layout plain(int microTokens, int keptLayers) {
        return new Layout(microTokens, keptLayers, 0, false, false, false);
    }

    /** The same where a processor computes. */
    public Layout onProcessor() {
        return new Layout(microTokens, keptLayers, 0, false, false, eightBitTables);
    }

    /** The model of such sizes that is laid out so. */
    public NativeModelConfig apply(NativeModelConfig model) {
        return model.withTables(eightBitTables ? NativeWeights.Q8_0 : model.tableWeights(), hostEmbedding);
    }

    /** The options of a trainer that is laid out so. */
    public NativeTrainerOptions apply(MemoryPlan.Trainer trainer) {
        return trainer.options(microTokens, keptLayers).toBuilder()
                .cachedLayers(cachedLayers)
                .offload(offload)
                .build();
    }
}
