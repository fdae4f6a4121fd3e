package dev.kaiaku.trainer.options;

import dev.kaiaku.bindings.NativeCompute;

/** What matrix products are computed in. */
public enum ComputeForm {
    /** {@link #BF16} where this processor is fast at it, else {@link #F32}. */
    AUTO,
    F32,
    /** Sums in f32. */
    BF16;

    /** What it comes to on this machine; never {@link #AUTO}. */
    public ComputeForm resolve() {
        if (this != AUTO) {
            return this;
        }
        return NativeCompute.preferred() == NativeCompute.BF16 ? BF16 : F32;
    }

    /** As the native library calls it. */
    public NativeCompute nativeCompute() {
        return resolve() == BF16 ? NativeCompute.BF16 : NativeCompute.F32;
    }
}
