package dev.kaiaku.trainer.memory;

import dev.kaiaku.bindings.NativeDevice;
import dev.kaiaku.trainer.options.Device;

/**
 * Memory that a run may take.
 *
 * @param limit bytes in all
 * @param held bytes of it that are taken whatever is trained: Java's own, or a GPU's context
 * @param limited whether the user set the limit, and not the machine
 * @param gpu whether it is a GPU's; Java's own memory is another one then
 * @param host bytes of main memory that may be taken beside a GPU's
 */
public record Budget(long limit, long held, boolean limited, boolean gpu, long host) {
    /** What Java's own memory may still grow by while it trains. */
    private static final long GROWTH = 192L << 20;
    /** A CUDA context with the kernels of this library and of cuBLASLt. Estimated, never measured. */
    private static final long CONTEXT = 430L << 20;

    /** Bytes for weights and training. */
    public long free() {
        return limit - held;
    }

    /**
     * What a resolved device of this machine has.
     *
     * @param limit bytes that may be taken; 0: what is free now
     */
    public static Budget of(Device device, long limit) {
        if (!device.gpu()) {
            long held = FreeMemory.residentBytes() + GROWTH;
            return limit > 0
                    ? new Budget(limit, held, true, false, 0)
                    : new Budget(FreeMemory.bytes() / 10 * 9 - GROWTH + held, held, false, false, 0);
        }
        // What is free was told by a context that exists already.
        long host = FreeMemory.bytes() / 10 * 8;
        return limit > 0
                ? new Budget(limit, CONTEXT, true, true, host)
                : new Budget(NativeDevice.get(device.index()).freeBytes() / 100 * 95, 0, false, true, host);
    }

    /** A GPU elsewhere with so much memory to take, and no end of main memory beside it. */
    public static Budget card(long bytes) {
        return new Budget(bytes, CONTEXT, true, true, Long.MAX_VALUE);
    }
}
