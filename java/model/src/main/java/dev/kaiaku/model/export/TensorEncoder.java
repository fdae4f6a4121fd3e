package dev.kaiaku.model.export;

import dev.kaiaku.bindings.Ggml;
import dev.kaiaku.bindings.MergeRows;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.RotaryRows;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns the tensors of a base into those of an exported file, a chunk of rows at a time: merged with the adapter
 * in f32, converted to the wanted type, q and k put into llama's order. Not thread-safe.
 */
final class TensorEncoder {
    private static final int CHUNK_VALUES = 1 << 22;
    private static final int TASK_VALUES = 1 << 18;
    private static final float LARGEST_F16 = 65504;

    private final BaseModel base;
    private final double strength;
    private FloatBuffer values = floats(0);
    private ByteBuffer encoded = ByteBuffer.allocateDirect(0);

    /** @param strength factor of the adapter's change */
    TensorEncoder(BaseModel base, double strength) {
        this.base = base;
        this.strength = strength;
    }

    /** The adapter's change to a matrix, in native memory: s B A with b [out, R], a [R, in]. */
    private record Delta(int rank, float scale, FloatBuffer b, FloatBuffer a) {
        static final Delta NONE = new Delta(0, 0, floats(0), floats(0));
    }

    /**
     * Encodes a tensor.
     *
     * @param lora null to leave it as it is
     * @param scaling s of the adapter
     * @param headRows rows of an attention head, E, whose halves are interleaved; 0 to keep their order
     * @param out takes each chunk of rows, valid during the call
     */
    void encode(
            TensorInfo tensor,
            @Nullable LoraMatrix lora,
            double scaling,
            TensorType type,
            int headRows,
            Consumer<ByteBuffer> out) {
        // A vector's values are its rows where heads are interleaved.
        boolean vector = tensor.shape().size() == 1;
        if (vector && headRows > 0) {
            ByteBuffer whole = convert(tensor, 0, 1, Delta.NONE, type);
            out.accept(interleave(whole, headRows, type.rowBytes(1)));
            return;
        }
        Delta delta = lora == null || strength == 0
                ? Delta.NONE
                : new Delta(lora.rank(), (float) (scaling * strength), direct(lora.b()), direct(lora.a()));
        long rowBytes = type.rowBytes(tensor.columns());
        int chunk = Math.max(1, (int) (CHUNK_VALUES / tensor.columns()));
        if (headRows > 0) {
            chunk = Math.max(headRows, chunk / headRows * headRows);
        }
        for (long row = 0; row < tensor.rows(); row += chunk) {
            int rows = (int) Math.min(chunk, tensor.rows() - row);
            ByteBuffer bytes = convert(tensor, row, rows, delta, type);
            out.accept(headRows > 0 ? interleave(bytes, headRows, rowBytes) : bytes);
        }
    }

    private ByteBuffer convert(TensorInfo tensor, long firstRow, int rows, Delta delta, TensorType type) {
        int columns = Math.toIntExact(tensor.columns());
        int count = Math.multiplyExact(rows, columns);
        if (values.capacity() < count) {
            values = floats(count);
            encoded = ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer data = base.read(tensor, firstRow, rows);
        int step = Math.max(1, TASK_VALUES / columns);
        float limit = type == TensorType.F16 ? LARGEST_F16 : Float.MAX_VALUE;
        FloatBuffer merged = values;
        IntStream.range(0, (rows + step - 1) / step).parallel().forEach(task -> {
            int first = task * step;
            int some = Math.min(step, rows - first);
            FloatBuffer slice = merged.slice(first * columns, some * columns);
            merge(tensor, data, firstRow, first, some, delta, slice);
            check(tensor, slice, limit);
        });
        long bytes = Ggml.quantize(type.id(), values, rows, columns, encoded);
        return encoded.slice(0, Math.toIntExact(bytes));
    }

    private static void merge(
            TensorInfo tensor, ByteBuffer data, long firstRow, int first, int rows, Delta delta, FloatBuffer values) {
        int rowBytes = Math.toIntExact(tensor.rowBytes());
        ByteBuffer part = data.slice(first * rowBytes, rows * rowBytes);
        int columns = Math.toIntExact(tensor.columns());
        int type = tensor.type().id();
        if (delta.rank() == 0) {
            MergeRows.convert(type, part, rows, columns, values);
        } else {
            int at = Math.toIntExact((firstRow + first) * delta.rank());
            FloatBuffer b = delta.b().slice(at, rows * delta.rank());
            MergeRows.merge(type, part, rows, columns, b, delta.a().duplicate(), delta.rank(), delta.scale(), values);
        }
    }

    private static void check(TensorInfo tensor, FloatBuffer values, float limit) {
        for (int i = 0; i < values.limit(); i++) {
            // False for a NaN too.
            if (!(Math.abs(values.get(i)) <= limit)) {
                throw new BadInputException("tensor " + tensor.name() + " would hold " + values.get(i)
                        + (Float.isFinite(values.get(i))
                                ? ", too large for F16; export as Q8_0"
                                : "; the base or the adapter is broken"));
            }
        }
    }

    /** Whole heads of Hugging Face's rows in the order of GGUF files. */
    private static ByteBuffer interleave(ByteBuffer rows, int headRows, long rowBytes) {
        int size = Math.toIntExact(rowBytes);
        ByteBuffer out = ByteBuffer.allocate(rows.limit());
        for (int row = 0; row < rows.limit() / size; row++) {
            out.put(rows.slice(Math.toIntExact(RotaryRows.toHuggingFace(row, headRows)) * size, size));
        }
        return out.flip();
    }

    private static FloatBuffer direct(float[] values) {
        return floats(values.length).put(values).flip();
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
