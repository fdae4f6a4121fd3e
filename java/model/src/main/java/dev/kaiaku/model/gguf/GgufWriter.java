package dev.kaiaku.model.gguf;

import dev.kaiaku.model.OutputFile;
import dev.kaiaku.model.TensorInfo;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes a GGUF file of version 3 from start to end: first keys and tensors are declared, then the bytes of the
 * tensors follow in the order of their declaration, in pieces of any size. The file has its name only after
 * {@link #finish}. Not thread-safe.
 */
public final class GgufWriter implements Closeable {
    private static final int VERSION = 3;
    private static final int ALIGNMENT = GgufHeader.DEFAULT_ALIGNMENT;

    private final OutputFile file;
    private final LittleEndianBytes keys = new LittleEndianBytes();
    private final Set<String> names = new HashSet<>();
    private final List<TensorInfo> tensors = new ArrayList<>();
    private int keyCount;
    private boolean dataStarted;
    private int current;
    private long written;

    private GgufWriter(OutputFile file) {
        this.file = file;
    }

    /** Starts a file that replaces {@code path} once it is finished. */
    public static GgufWriter create(Path path) {
        return new GgufWriter(OutputFile.create(path));
    }

    public void string(String key, String value) {
        key(key, GgufType.STRING).string(value);
    }

    public void u32(String key, long value) {
        if (value < 0 || value > 0xFFFFFFFFL) {
            throw new IllegalArgumentException(key + " = " + value + " is no u32");
        }
        key(key, GgufType.U32).i32((int) value);
    }

    public void f32(String key, float value) {
        key(key, GgufType.F32).i32(Float.floatToRawIntBits(value));
    }

    public void bool(String key, boolean value) {
        key(key, GgufType.BOOL).i8(value ? 1 : 0);
    }

    public void strings(String key, List<String> values) {
        array(key, GgufType.STRING, values.size());
        values.forEach(keys::string);
    }

    /** An array of i32. */
    public void i32s(String key, int[] values) {
        array(key, GgufType.I32, values.length);
        for (int value : values) {
            keys.i32(value);
        }
    }

    /** An array of f32. */
    public void f32s(String key, List<Float> values) {
        array(key, GgufType.F32, values.size());
        values.forEach(value -> keys.i32(Float.floatToRawIntBits(value)));
    }

    /** Declares a tensor under its GGUF name; the shape is rows first. */
    public void tensor(TensorInfo tensor) {
        if (dataStarted || !names.add("tensor " + tensor.name())) {
            throw new IllegalStateException("tensor " + tensor.name() + " comes twice or too late");
        }
        if (tensor.name().getBytes(StandardCharsets.UTF_8).length >= GgufHeader.MAX_NAME) {
            throw new IllegalArgumentException("tensor " + tensor.name() + ": the name is too long");
        }
        tensors.add(tensor);
    }

    /** The next bytes of a tensor, which must be the one whose turn it is. */
    public void write(String name, ByteBuffer bytes) {
        startData();
        if (current == tensors.size() || !tensors.get(current).name().equals(name)) {
            throw new IllegalStateException("it is not the turn of tensor " + name);
        }
        TensorInfo tensor = tensors.get(current);
        if (bytes.remaining() > tensor.bytes() - written) {
            throw new IllegalArgumentException(name + " holds only " + tensor.bytes() + " bytes");
        }
        written += bytes.remaining();
        file.write(bytes);
        if (written == tensor.bytes()) {
            file.pad(ALIGNMENT);
            written = 0;
            current++;
        }
    }

    /** Puts the file on the disk under its name; every tensor must be complete. */
    public void finish() {
        startData();
        if (current < tensors.size()) {
            throw new IllegalStateException(tensors.get(current).name() + " is not complete");
        }
        file.commit();
    }

    /** Removes the unfinished file, where {@link #finish} was not reached. */
    @Override
    public void close() {
        file.close();
    }

    private void startData() {
        if (dataStarted) {
            return;
        }
        dataStarted = true;
        LittleEndianBytes start = new LittleEndianBytes();
        start.i32(GgufHeader.MAGIC).i32(VERSION).i64(tensors.size()).i64(keyCount);
        file.write(ByteBuffer.wrap(start.toByteArray()));
        file.write(ByteBuffer.wrap(keys.toByteArray()));
        file.write(ByteBuffer.wrap(infos().toByteArray()));
        file.pad(ALIGNMENT);
    }

    private LittleEndianBytes infos() {
        LittleEndianBytes infos = new LittleEndianBytes();
        long offset = 0;
        for (TensorInfo tensor : tensors) {
            int dims = tensor.shape().size();
            infos.string(tensor.name()).i32(dims);
            for (int i = dims - 1; i >= 0; i--) {
                infos.i64(tensor.shape().get(i));
            }
            infos.i32(tensor.type().id()).i64(offset);
            offset = (offset + tensor.bytes() + ALIGNMENT - 1) & -(long) ALIGNMENT;
        }
        return infos;
    }

    private void array(String key, GgufType element, int count) {
        key(key, GgufType.ARRAY).i32(element.id).i64(count);
    }

    private LittleEndianBytes key(String key, GgufType type) {
        if (dataStarted || !names.add("key " + key)) {
            throw new IllegalStateException("key " + key + " comes twice or too late");
        }
        keyCount++;
        return keys.string(key).i32(type.id);
    }
}
