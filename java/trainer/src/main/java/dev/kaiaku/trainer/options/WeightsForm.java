package dev.kaiaku.trainer.options;

import dev.kaiaku.bindings.NativeWeights;

/** How the frozen weights are held. */
public enum WeightsForm {
    /** {@link #NF4} from three billion parameters up, else {@link #BF16}. */
    AUTO,
    /** Four bits with double quantisation; embedding and head in bf16. */
    NF4,
    BF16,
    F32,
    /** As the file of the base has them. */
    FILE;

    private static final long LARGE = 3_000_000_000L;

    /** What it comes to for a base of so many parameters. */
    public WeightsForm resolve(long parameters) {
        if (this != AUTO) {
            return this;
        }
        return parameters >= LARGE ? NF4 : BF16;
    }

    /** Form of the layers' matrices; not of {@link #AUTO}. */
    public NativeWeights layers() {
        return switch (this) {
            case AUTO -> throw new IllegalStateException("not resolved");
            case NF4 -> NativeWeights.NF4;
            case BF16 -> NativeWeights.BF16;
            case F32 -> NativeWeights.F32;
            case FILE -> NativeWeights.FILE;
        };
    }

    /** Form of embedding and head; not of {@link #AUTO}. */
    public NativeWeights tables() {
        return this == NF4 ? NativeWeights.BF16 : layers();
    }
}
