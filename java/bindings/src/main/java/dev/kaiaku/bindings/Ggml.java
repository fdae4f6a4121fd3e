package dev.kaiaku.bindings;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/** ggml's own conversion of f32 rows into the types of GGUF files. Thread-safe. */
public final class Ggml {
    private static final int VALUES_PER_TASK = 1 << 18;

    private Ggml() {}

    /**
     * Converts rows on all processors.
     *
     * @param type a ggml type id whose blocks {@code columns} fills: F32 0, F16 1, Q4_0 2, Q4_1 3, Q8_0 8, BF16 30, ...
     * @param values [rows, columns] from position 0; direct, in native byte order
     * @param destination room for the converted rows from position 0; direct
     * @return bytes written
     * @throws IllegalArgumentException for a buffer that is not direct or too small
     */
    public static long quantize(int type, FloatBuffer values, int rows, int columns, ByteBuffer destination) {
        if (rows < 1 || columns < 1 || values.capacity() < (long) rows * columns) {
            throw new IllegalArgumentException(
                    "[" + rows + ", " + columns + "] does not fit into " + values.capacity() + " values");
        }
        if (!values.isDirect() || !destination.isDirect() || values.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("buffers must be direct, values in native byte order");
        }
        LlamaLibrary library = LlamaLibrary.load();
        long rowBytes = library.ggml_row_size(type, columns);
        if (destination.capacity() < rows * rowBytes) {
            throw new IllegalArgumentException(
                    rows * rowBytes + " bytes do not fit into " + destination.capacity() + " of the destination");
        }
        FloatBuffer from = values.duplicate().clear();
        ByteBuffer to = destination.duplicate().clear();
        int rowsPerTask = Math.max(1, VALUES_PER_TASK / columns);
        int tasks = (rows + rowsPerTask - 1) / rowsPerTask;
        return IntStream.range(0, tasks)
                .parallel()
                .mapToLong(task -> {
                    int first = task * rowsPerTask;
                    int count = Math.min(rowsPerTask, rows - first);
                    return library.ggml_quantize_chunk(type, from, to, (long) first * columns, count, columns, null);
                })
                .sum();
    }
}
