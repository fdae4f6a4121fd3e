package dev.kaiaku.model.safetensors;

import java.util.List;

/**
 * One tensor of a {@link SafetensorsFile}.
 *
 * @param shape sizes, rows first; empty for a single value
 * @param position of its first byte in the file
 */
public record SafetensorsTensor(String name, Dtype dtype, List<Long> shape, long position, long bytes) {
    public SafetensorsTensor {
        shape = List.copyOf(shape);
    }

    /** Bytes of what the first size counts: a row of a matrix, a value of a vector. */
    public long rowBytes() {
        return shape.isEmpty() || shape.get(0) == 0 ? bytes : bytes / shape.get(0);
    }
}
