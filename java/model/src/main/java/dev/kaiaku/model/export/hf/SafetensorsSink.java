package dev.kaiaku.model.export.hf;

import dev.kaiaku.bindings.Ggml;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.export.TensorSink;
import dev.kaiaku.model.safetensors.SafetensorsWriter;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of weights of a directory, one after the other. */
final class SafetensorsSink implements TensorSink, Closeable {
    private final ModelConfig config;
    private final TensorType type;
    private final Path directory;
    private final Deque<Shard> shards;
    private @Nullable SafetensorsWriter writer;

    SafetensorsSink(ModelConfig config, TensorType type, List<Shard> shards, Path directory) {
        this.config = config;
        this.type = type;
        this.directory = directory;
        this.shards = new ArrayDeque<>(shards);
    }

    /** Norms of families that store them less an offset come in f32, to be rounded only once. */
    @Override
    public TensorType type(TensorInfo tensor) {
        return offset(tensor) == 0 ? type : TensorType.F32;
    }

    @Override
    public @Nullable FloatBuffer importance(TensorInfo tensor) {
        return null;
    }

    @Override
    public void write(TensorInfo tensor, ByteBuffer rows) {
        ByteBuffer stored = offset(tensor) == 0 ? rows : stored(rows, offset(tensor));
        if (writer == null
                || shards.getFirst().tensors().stream()
                        .noneMatch(one -> one.name().equals(tensor.name()))) {
            next();
        }
        if (writer != null) {
            writer.write(tensor.name(), stored);
        }
    }

    private void next() {
        if (writer != null) {
            writer.finish();
            shards.removeFirst();
        }
        Shard shard = shards.getFirst();
        writer = SafetensorsWriter.create(directory.resolve(shard.name()), shard.tensors());
    }

    /** Every tensor has been written. */
    void finish() {
        if (writer != null) {
            writer.finish();
        }
    }

    @Override
    public void close() {
        if (writer != null) {
            writer.close();
        }
    }

    private float offset(TensorInfo tensor) {
        return tensor.name().endsWith("norm.weight") ? config.architecture().normOffset() : 0;
    }

    private ByteBuffer stored(ByteBuffer norms, float offset) {
        FloatBuffer given = norms.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        FloatBuffer values = ByteBuffer.allocateDirect(norms.remaining())
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        while (given.hasRemaining()) {
            values.put(given.get() - offset);
        }
        int count = values.flip().limit();
        ByteBuffer out = ByteBuffer.allocateDirect(Math.toIntExact(type.rowBytes(count)));
        Ggml.quantize(type.id(), values, 1, count, null, out);
        return out;
    }
}
