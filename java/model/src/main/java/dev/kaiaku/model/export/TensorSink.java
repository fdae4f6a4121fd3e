package dev.kaiaku.model.export;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** A file that a {@link TensorPipeline} fills. */
public interface TensorSink {
    /** What the tensor is stored as. */
    TensorType type(TensorInfo tensor);

    /** Weight of the error of each column [columns], direct; null where all count the same. */
    @Nullable FloatBuffer importance(TensorInfo tensor);

    /**
     * The next rows of a tensor; tensors come in the order of the model, one call after the other.
     *
     * @param rows whole rows in {@link #type}, as many as fill whole heads; valid during the call
     */
    void write(TensorInfo tensor, ByteBuffer rows);
}
