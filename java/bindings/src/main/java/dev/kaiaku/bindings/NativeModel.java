package dev.kaiaku.bindings;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frozen weights in native memory; {@code kaiaku_model}. For one thread at a time. */
public final class NativeModel implements AutoCloseable {
    private final NativeModelConfig config;
    private @Nullable Pointer handle;

    private NativeModel(NativeModelConfig config, Pointer handle) {
        this.config = config;
        this.handle = handle;
    }

    /**
     * An empty model.
     *
     * @throws NativeException INVALID_ARGUMENT or UNSUPPORTED, naming what in config is wrong
     */
    public static NativeModel create(NativeModelConfig config) {
        PointerByReference handle = new PointerByReference();
        Kaiaku.check(Kaiaku.library().kaiaku_model_create(config.toStruct(), handle));
        return new NativeModel(config, handle.getValue());
    }

    /**
     * Hands over rows {@code [firstRow, firstRow + rows)} of a tensor; its rows come in order, in one call or several.
     *
     * @param name the Hugging Face name, or {@code rope.inv_freq}
     * @param type ggml's number
     * @param shape one or two sizes of the whole tensor, rows first; a vector has one row
     * @param data the rows, from position to limit; a direct buffer is not copied in between
     * @throws NativeException naming the tensor and what was expected
     */
    public void setRows(String name, int type, List<Long> shape, long firstRow, long rows, ByteBuffer data) {
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        Kaiaku.check(Kaiaku.library()
                .kaiaku_model_set_rows(
                        handle(), name, type, sizes.length, sizes, firstRow, rows, direct(data), data.remaining()));
    }

    /**
     * Hands over a whole matrix of a bitsandbytes 4-bit checkpoint.
     *
     * @param shape of the matrix, rows first
     * @throws NativeException naming the tensor and what was expected
     */
    public void setNf4(String name, List<Long> shape, NativeNf4 nf4) {
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        try {
            Kaiaku.check(Kaiaku.library().kaiaku_model_set_nf4(handle(), name, sizes.length, sizes, nf4.toStruct()));
        } finally {
            Reference.reachabilityFence(nf4);
        }
    }

    /**
     * Ends loading.
     *
     * @throws NativeException naming the first tensor that is missing or incomplete
     */
    public void seal() {
        Kaiaku.check(Kaiaku.library().kaiaku_model_seal(handle()));
    }

    /** Bytes held by the weights. */
    public long memory() {
        LongByReference bytes = new LongByReference();
        Kaiaku.check(Kaiaku.library().kaiaku_model_memory(handle(), bytes));
        return bytes.getValue();
    }

    public NativeModelConfig config() {
        return config;
    }

    /** Frees the weights; close trainers of this model first. Closing twice is harmless. */
    @Override
    public void close() {
        if (handle != null) {
            Kaiaku.library().kaiaku_model_free(handle);
            handle = null;
        }
    }

    Pointer handle() {
        if (handle == null) {
            throw new IllegalStateException("the model is closed");
        }
        return handle;
    }

    /** Native memory of a buffer's content: its own where it is direct, else a copy that the pointer keeps alive. */
    static Pointer pointer(ByteBuffer data) {
        if (data.isDirect()) {
            return Native.getDirectBufferPointer(data.slice());
        }
        Memory memory = new Memory(Math.max(1, data.remaining()));
        memory.getByteBuffer(0, data.remaining()).put(data.duplicate());
        return memory;
    }

    /** The same bytes at position 0 of a direct buffer. */
    static ByteBuffer direct(ByteBuffer data) {
        if (data.isDirect()) {
            return data.slice();
        }
        return ByteBuffer.allocateDirect(data.remaining()).put(data.duplicate()).flip();
    }
}
