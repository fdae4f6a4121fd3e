package dev.kaiaku.model;

import java.util.List;

/**
 * What a base model says of one of its tensors.
 *
 * @param name the Hugging Face name, such as {@code model.layers.0.self_attn.q_proj.weight}
 * @param shape one or two sizes, rows first
 */
public record TensorInfo(String name, TensorType type, List<Long> shape) {
    public TensorInfo {
        shape = List.copyOf(shape);
        if (shape.isEmpty() || shape.size() > 2) {
            throw new IllegalArgumentException(name + ": " + shape.size() + " dimensions");
        }
    }

    /** Rows of a matrix; 1 for a vector. */
    public long rows() {
        return shape.size() == 2 ? shape.get(0) : 1;
    }

    /** Values in a row. */
    public long columns() {
        return shape.get(shape.size() - 1);
    }

    public long rowBytes() {
        return type.rowBytes(columns());
    }

    public long bytes() {
        return rows() * rowBytes();
    }
}
