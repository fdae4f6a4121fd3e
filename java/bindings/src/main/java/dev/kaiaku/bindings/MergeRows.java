package dev.kaiaku.bindings;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** Adds a low-rank change to rows of a matrix in f32; {@code kaiaku_merge_rows}. Thread-safe. */
public final class MergeRows {
    private MergeRows() {}

    /**
     * Sets values [rows, columns] = data + scale * b a. Buffers are read or written from their positions, which
     * stay; direct ones in native order are not copied in between.
     *
     * @param type of data, ggml's number
     * @param data whole rows
     * @param b [rows, rank]: of a matrix that is handed over in parts, the rows of this part
     * @param a [rank, columns]
     * @throws NativeException for sizes that do not fit together
     */
    public static void merge(
            int type,
            ByteBuffer data,
            int rows,
            int columns,
            FloatBuffer b,
            FloatBuffer a,
            int rank,
            float scale,
            FloatBuffer values) {
        requireRemaining("b", b, (long) rows * rank);
        requireRemaining("a", a, (long) rank * columns);
        call(type, data, rows, columns, b.slice(), a.slice(), rank, scale, values);
    }

    /** Sets values [rows, columns] = data: {@link #merge} with nothing to add. */
    public static void convert(int type, ByteBuffer data, int rows, int columns, FloatBuffer values) {
        call(type, data, rows, columns, null, null, 0, 0, values);
    }

    private static void call(
            int type,
            ByteBuffer data,
            int rows,
            int columns,
            @Nullable FloatBuffer b,
            @Nullable FloatBuffer a,
            int rank,
            float scale,
            FloatBuffer values) {
        requireRemaining("values", values, (long) rows * columns);
        if (data.remaining() < rows * rowBytes(type, columns)) {
            throw new IllegalArgumentException(
                    "data has " + data.remaining() + " bytes, too few for " + rows + " rows of " + columns);
        }
        if (values.isDirect() && values.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("values is not in native byte order");
        }
        Kaiaku.check(Kaiaku.library()
                .kaiaku_merge_rows(type, NativeModel.direct(data), rows, columns, b, a, rank, scale, values.slice()));
    }

    // The library is told no size of data, so that it is checked here.
    private static long rowBytes(int type, long columns) {
        return switch (type) {
            case 0 -> columns * 4;
            case 1, 30 -> columns * 2;
            case 2 -> columns / 32 * 18;
            case 3 -> columns / 32 * 20;
            case 6 -> columns / 32 * 22;
            case 7 -> columns / 32 * 24;
            case 8 -> columns / 32 * 34;
            case 12 -> columns / 256 * 144;
            case 13 -> columns / 256 * 176;
            case 14 -> columns / 256 * 210;
            default -> throw new IllegalArgumentException("type " + type + " is not one of kaiaku.h");
        };
    }

    private static void requireRemaining(String name, FloatBuffer buffer, long count) {
        if (buffer.remaining() < count) {
            throw new IllegalArgumentException(name + " has " + buffer.remaining() + " values, expected " + count);
        }
    }
}
