package dev.kaiaku.model.export;

import dev.kaiaku.bindings.MergeRows;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.adapter.LoraMatrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** Some rows of a {@link MergedTensor}, read but not merged yet. Thread-safe. */
final class MergedRows {
    private final TensorInfo tensor;
    private final int rank;
    private final float scale;
    private final ByteBuffer data;
    private final FloatBuffer b;
    private final FloatBuffer a;

    MergedRows(MergedTensor source, ByteBuffer data, long firstRow, int rows) {
        @Nullable LoraMatrix lora = source.lora();
        this.tensor = source.tensor();
        this.data = data;
        this.scale = source.scale();
        this.rank = lora == null ? 0 : lora.rank();
        // Outside the heap, so that no call copies them.
        this.b = lora == null ? floats(0) : direct(lora.b(), Math.toIntExact(firstRow * rank), rows * rank);
        this.a = lora == null ? floats(0) : direct(lora.a(), 0, lora.a().length);
    }

    /**
     * Merges some of the rows in f32.
     *
     * @param first counted from the first of these rows
     * @param scratch room for their bytes in the base, direct; null to have some made
     * @param values filled from its position, [rows, columns]
     */
    void merge(int first, int rows, @Nullable ByteBuffer scratch, FloatBuffer values) {
        int rowBytes = Math.toIntExact(tensor.rowBytes());
        int columns = Math.toIntExact(tensor.columns());
        ByteBuffer part = data.slice(first * rowBytes, rows * rowBytes);
        if (scratch != null) {
            part = scratch.clear().put(part).flip();
        }
        if (rank == 0) {
            MergeRows.convert(tensor.type().id(), part, rows, columns, values);
        } else {
            FloatBuffer own = b.slice(first * rank, rows * rank);
            MergeRows.merge(tensor.type().id(), part, rows, columns, own, a.duplicate(), rank, scale, values);
        }
    }

    /** Bytes of a row in the base. */
    long rowBytes() {
        return tensor.rowBytes();
    }

    private static FloatBuffer direct(float[] values, int from, int count) {
        return floats(count).put(values, from, count).flip();
    }

    static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
