package dev.kaiaku.trainer.options;

import dev.kaiaku.bindings.NativeCompute;

/** What matrix products are computed in. */
public enum ComputeForm {
    /** {@link #BF16} on a GPU and where this processor is fast at it, else {@link #F32}. */
    AUTO,
    F32,
    /** Sums in f32. */
    BF16;

    /** What it comes to on a resolved device; never {@link #AUTO}. */
    public ComputeForm resolve(Device device) {
        if (this != AUTO) {
            return this;
        }
        return device.gpu() || NativeCompute.preferred() == NativeCompute.BF16 ? BF16 : F32;
    }

    /** As the native library calls it; not of {@link #AUTO}. */
    public NativeCompute nativeCompute() {
        return switch (this) {
            case AUTO -> throw new IllegalStateException("not resolved");
            case F32 -> NativeCompute.F32;
            case BF16 -> NativeCompute.BF16;
        };
    }
}
