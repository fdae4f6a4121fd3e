package dev.kaiaku.model.export.gguf;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.GgufNames;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.architecture.RotaryRows;
import dev.kaiaku.model.export.TensorSink;
import dev.kaiaku.model.gguf.GgufWriter;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tensors of one GGUF file: types by a mix, the rows of q and k in llama.cpp's order. */
final class GgufSink implements TensorSink {
    private final GgufWriter writer;
    private final ModelConfig config;
    private final QuantMix mix;
    private final @Nullable Importance importance;

    GgufSink(GgufWriter writer, ModelConfig config, QuantMix mix, @Nullable Importance importance) {
        this.writer = writer;
        this.config = config;
        this.mix = mix;
        this.importance = importance;
    }

    /** Declares every tensor. */
    void declare(List<TensorInfo> tensors) {
        for (TensorInfo tensor : tensors) {
            writer.tensor(
                    new TensorInfo(GgufNames.of(config.architecture(), tensor.name()), type(tensor), tensor.shape()));
        }
    }

    @Override
    public TensorType type(TensorInfo tensor) {
        return mix.typeOf(tensor);
    }

    @Override
    public @Nullable FloatBuffer importance(TensorInfo tensor) {
        return importance == null ? null : importance.of(GgufNames.of(config.architecture(), tensor.name()));
    }

    @Override
    public void write(TensorInfo tensor, ByteBuffer rows) {
        boolean reorder = RotaryRows.apply(config.architecture(), tensor.name());
        writer.write(GgufNames.of(config.architecture(), tensor.name()), reorder ? interleaved(tensor, rows) : rows);
    }

    /** Whole heads of Hugging Face's rows in the order of GGUF files; the values of a bias are its rows. */
    private ByteBuffer interleaved(TensorInfo tensor, ByteBuffer rows) {
        boolean vector = tensor.shape().size() == 1;
        int size = Math.toIntExact(type(tensor).rowBytes(vector ? 1 : tensor.columns()));
        ByteBuffer out = ByteBuffer.allocate(rows.remaining());
        for (int row = 0; row < rows.remaining() / size; row++) {
            int from = Math.toIntExact(RotaryRows.toHuggingFace(row, config.headDim())) * size;
            out.put(rows.slice(from, size));
        }
        return out.flip();
    }
}
