package dev.kaiaku.trainer;

import dev.kaiaku.trainer.memory.Layout;
import dev.kaiaku.trainer.options.ComputeForm;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;

/**
 * What a run resolved its options to, before its first step.
 *
 * @param steps updates
 * @param batchTokens most tokens of an update
 * @param rowTokens tokens of a row that examples are packed into
 * @param rowFill share of the rows' tokens that examples fill
 * @param microTokens most tokens of one native call, T
 * @param layers of the base
 * @param keptLayers those of them that keep everything from forward to backward; the others run again
 * @param cachedLayers as {@link Layout} has it, like the three after it
 * @param evalEvery updates between evaluations
 * @param threads of native compute
 * @param device that computes
 * @param weights form of the frozen weights
 * @param compute form of matrix products
 * @param nativeBytes of weights, adapter, optimiser, activations and workspace
 * @param memoryBytes most that the process will hold; of the GPU's memory where one computes
 * @param trainSamples examples that are trained on
 * @param validationSamples examples that are evaluated
 * @param trainTokens tokens of one pass over the examples
 * @param targetTokens those of them that are learned
 * @param droppedSamples examples without anything to learn
 * @param cutSamples examples that lost their beginning to {@code seqLen}
 */
public record TrainPlan(
        int steps,
        int batchTokens,
        int rowTokens,
        double rowFill,
        int microTokens,
        int layers,
        int keptLayers,
        int cachedLayers,
        boolean offload,
        boolean hostEmbedding,
        boolean eightBitTables,
        int evalEvery,
        int threads,
        Device device,
        WeightsForm weights,
        ComputeForm compute,
        long nativeBytes,
        long memoryBytes,
        int trainSamples,
        int validationSamples,
        long trainTokens,
        long targetTokens,
        int droppedSamples,
        int cutSamples) {

    /** How much is computed at once, and where it lies. */
    Layout layout() {
        return new Layout(microTokens, keptLayers, cachedLayers, offload, hostEmbedding, eightBitTables);
    }

    /** The same on another device. */
    TrainPlan on(Device other) {
        Layout there = other.gpu() ? layout() : layout().onProcessor();
        return new TrainPlan(
                steps,
                batchTokens,
                rowTokens,
                rowFill,
                microTokens,
                layers,
                keptLayers,
                there.cachedLayers(),
                there.offload(),
                there.hostEmbedding(),
                eightBitTables,
                evalEvery,
                threads,
                other,
                weights,
                compute,
                nativeBytes,
                memoryBytes,
                trainSamples,
                validationSamples,
                trainTokens,
                targetTokens,
                droppedSamples,
                cutSamples);
    }
}
