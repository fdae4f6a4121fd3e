package dev.kaiaku.model;

import org.jspecify.annotations.Nullable;

/** How the values of a tensor are stored; ids, block sizes and block bytes are ggml's. */
public enum TensorType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q8_0(8, 32, 34),
    BF16(30, 1, 2);

    private final int id;
    private final int blockSize;
    private final int blockBytes;

    TensorType(int id, int blockSize, int blockBytes) {
        this.id = id;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** The type with ggml's number {@code id}, or null for one that is not supported. */
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
