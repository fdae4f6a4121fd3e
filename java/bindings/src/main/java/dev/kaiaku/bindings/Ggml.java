package dev.kaiaku.bindings;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** ggml's own conversion between f32 rows and the types of GGUF files. Thread-safe. */
public final class Ggml {
    private Ggml() {}

    /**
     * Converts rows.
     *
     * @param type a ggml type id whose blocks {@code columns} fills
     * @param values [rows, columns] from position 0; direct, in native byte order
     * @param importance weight of the error of each column [columns], from position 0; direct, in native byte order
     * @param destination room for the converted rows from position 0; direct
     * @return bytes written
     * @throws IllegalArgumentException for a buffer that is not direct or too small
     */
    public static long quantize(
            int type,
            FloatBuffer values,
            int rows,
            int columns,
            @Nullable FloatBuffer importance,
            ByteBuffer destination) {
        requireValues(values, rows, columns);
        if (importance != null) {
            requireValues(importance, 1, columns);
        }
        LlamaLibrary library = LlamaLibrary.load();
        requireBytes(destination, rows * library.ggml_row_size(type, columns));
        return library.ggml_quantize_chunk(
                type,
                values.duplicate().clear(),
                destination.duplicate().clear(),
                0,
                rows,
                columns,
                importance == null ? null : importance.duplicate().clear());
    }

    /**
     * Converts rows of a block type back.
     *
     * @param type ggml's id of a type of blocks
     * @param data the rows from position 0; direct
     * @param values filled from position 0, [rows, columns]; direct, in native byte order
     * @throws IllegalArgumentException for a type without blocks, or a buffer that is not direct or too small
     */
    public static void dequantize(int type, ByteBuffer data, int rows, int columns, FloatBuffer values) {
        requireValues(values, rows, columns);
        LlamaLibrary library = LlamaLibrary.load();
        requireBytes(data, rows * library.ggml_row_size(type, columns));
        ByteBuffer from = data.duplicate().clear();
        FloatBuffer to = values.duplicate().clear();
        long count = (long) rows * columns;
        switch (type) {
            case 2 -> library.dequantize_row_q4_0(from, to, count);
            case 3 -> library.dequantize_row_q4_1(from, to, count);
            case 6 -> library.dequantize_row_q5_0(from, to, count);
            case 7 -> library.dequantize_row_q5_1(from, to, count);
            case 8 -> library.dequantize_row_q8_0(from, to, count);
            case 11 -> library.dequantize_row_q3_K(from, to, count);
            case 12 -> library.dequantize_row_q4_K(from, to, count);
            case 13 -> library.dequantize_row_q5_K(from, to, count);
            case 14 -> library.dequantize_row_q6_K(from, to, count);
            case 20 -> library.dequantize_row_iq4_nl(from, to, count);
            default -> throw new IllegalArgumentException("type " + type + " has no blocks to convert back");
        }
    }

    private static void requireValues(FloatBuffer values, int rows, int columns) {
        if (rows < 1 || columns < 1 || values.capacity() < (long) rows * columns) {
            throw new IllegalArgumentException(
                    "[" + rows + ", " + columns + "] does not fit into " + values.capacity() + " values");
        }
        if (!values.isDirect() || values.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("values must be direct, in native byte order");
        }
    }

    private static void requireBytes(ByteBuffer bytes, long needed) {
        if (!bytes.isDirect() || bytes.capacity() < needed) {
            throw new IllegalArgumentException(
                    needed + " bytes need a direct buffer of that size, not one of " + bytes.capacity());
        }
    }
}
