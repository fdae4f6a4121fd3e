package dev.kaiaku.trainer.options;

/**
 * What a run may take of the machine.
 *
 * @param device to compute on
 * @param weights form of the frozen weights
 * @param compute form of matrix products
 * @param microTokens tokens of one native call; 0: as memory allows
 * @param memoryLimit bytes that the process may take; 0: what is free
 * @param threads of native compute; 0: all processors
 */
public record ComputeOptions(
        Device device, WeightsForm weights, ComputeForm compute, int microTokens, long memoryLimit, int threads) {
    /** More than any machine is faster with; the native library takes no more. */
    private static final int MOST_MICRO_TOKENS = 1 << 20;

    /** Throws {@link dev.kaiaku.dataset.BadInputException} for a value out of range, naming its option. */
    public ComputeOptions {
        Range.atLeast("micro-tokens", microTokens, 0);
        Range.require("micro-tokens", microTokens, microTokens <= MOST_MICRO_TOKENS, "at most " + MOST_MICRO_TOKENS);
        Range.atLeast("memory-limit", memoryLimit, 0);
        Range.atLeast("threads", threads, 0);
    }

    /** The form of matrix products on the device that was asked for; never {@link ComputeForm#AUTO}. */
    public ComputeForm resolvedCompute() {
        return compute.resolve(device.resolve());
    }

    /** Threads of native compute on this machine. */
    public int resolvedThreads() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }
}
