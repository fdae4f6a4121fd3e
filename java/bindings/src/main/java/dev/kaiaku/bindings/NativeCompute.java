package dev.kaiaku.bindings;

import com.sun.jna.ptr.IntByReference;

/** What matrix products are computed in; {@code KAIAKU_COMPUTE_*}. */
public enum NativeCompute {
    F32(0),
    /** With sums in f32. */
    BF16(1);

    private final int code;

    NativeCompute(int code) {
        this.code = code;
    }

    /** BF16 where this processor multiplies it fast, else F32. */
    public static NativeCompute preferred() {
        IntByReference compute = new IntByReference();
        Kaiaku.check(Kaiaku.library().kaiaku_preferred_compute(compute));
        return compute.getValue() == BF16.code ? BF16 : F32;
    }

    int code() {
        return code;
    }
}
