package dev.kaiaku.model.gguf;

import dev.kaiaku.model.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One tensor of a {@link GgufFile}.
 *
 * @param typeId ggml's number of the type
 * @param typeName ggml's name of the type, such as {@code Q4_K}
 * @param shape sizes, rows first: the reverse of the file's order
 * @param position of its first byte in the file
 */
public record GgufTensor(String name, int typeId, String typeName, List<Long> shape, long position, long bytes) {
    public GgufTensor {
        shape = List.copyOf(shape);
    }

    /** The type where it is one of {@link TensorType}, else null. */
    public @Nullable TensorType type() {
        return TensorType.ofId(typeId);
    }

    /** Values in a row. */
    public long columns() {
        return shape.get(shape.size() - 1);
    }

    /** Rows of a matrix; 1 for a vector. */
    public long rows() {
        return shape.stream().limit(shape.size() - 1L).reduce(1L, (a, b) -> a * b);
    }

    public long rowBytes() {
        return bytes / rows();
    }
}
