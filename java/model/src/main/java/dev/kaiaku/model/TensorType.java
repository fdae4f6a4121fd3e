package dev.kaiaku.model;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the values of a tensor are stored; ids, block sizes and block bytes are ggml's. */
public enum TensorType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    IQ4_NL(20, 32, 18),
    BF16(30, 1, 2);

    private static final Set<TensorType> READABLE =
            EnumSet.of(F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K, BF16);

    private final int id;
    private final int blockSize;
    private final int blockBytes;

    TensorType(int id, int blockSize, int blockBytes) {
        this.id = id;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** The types that a base to train may hold; all others are only written. */
    public static Set<TensorType> readable() {
        return Collections.unmodifiableSet(READABLE);
    }

    /** The type with ggml's number {@code id}, or null for one that is not known. */
    public static @Nullable TensorType ofId(int id) {
        for (TensorType type : values()) {
            if (type.id == id) {
                return type;
            }
        }
        return null;
    }

    /** ggml's number, the one in GGUF files and in kaiaku.h. */
    public int id() {
        return id;
    }

    /** Values in a block. */
    public int blockSize() {
        return blockSize;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Bytes of a row of {@code columns} values, which must fill whole blocks. */
    public long rowBytes(long columns) {
        if (columns % blockSize != 0) {
            throw new IllegalArgumentException(columns + " values do not fill blocks of " + blockSize);
        }
        return columns / blockSize * blockBytes;
    }
}
