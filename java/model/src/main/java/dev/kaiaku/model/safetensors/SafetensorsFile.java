package dev.kaiaku.model.safetensors;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.InputFile;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A safetensors file, checked when it is opened. Reading is thread-safe. */
public final class SafetensorsFile implements Closeable {
    private final InputFile file;
    private final SafetensorsHeader header;

    private SafetensorsFile(InputFile file, SafetensorsHeader header) {
        this.file = file;
        this.header = header;
    }

    /** Opens a file and reads its header; throws {@link BadInputException} where anything in it is wrong. */
    public static SafetensorsFile open(Path path) {
        InputFile file = InputFile.open(path);
        boolean opened = false;
        try {
            SafetensorsFile result = new SafetensorsFile(file, SafetensorsHeader.read(file));
            opened = true;
            return result;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    public Path path() {
        return file.path();
    }

    /** The texts of {@code __metadata__}. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata);
    }

    /** Every tensor by name, in the order of the header. */
    public Map<String, SafetensorsTensor> tensors() {
        return Collections.unmodifiableMap(header.tensors);
    }

    /** A tensor that must be there; throws {@link BadInputException} otherwise. */
    public SafetensorsTensor tensor(String name) {
        @Nullable SafetensorsTensor tensor = header.tensors.get(name);
        if (tensor == null) {
            throw new BadInputException(path() + ": tensor " + name + " is missing");
        }
        return tensor;
    }

    /** Rows {@code [firstRow, firstRow + rows)} of a tensor as a little-endian buffer at position 0. */
    public ByteBuffer read(SafetensorsTensor tensor, long firstRow, int rows) {
        long count = tensor.shape().isEmpty() ? 1 : tensor.shape().get(0);
        if (firstRow < 0 || rows < 0 || firstRow > count - rows) {
            throw new IllegalArgumentException(
                    tensor.name() + ": " + rows + " rows from row " + firstRow + " of " + count);
        }
        return file.read(tensor.position() + firstRow * tensor.rowBytes(), Math.toIntExact(rows * tensor.rowBytes()));
    }

    /** All the bytes of a tensor of less than 2 GiB, little-endian, at position 0. */
    public ByteBuffer read(SafetensorsTensor tensor) {
        return readBytes(tensor, 0, tensor.bytes());
    }

    /** Bytes {@code [from, to)} of a tensor, little-endian, at position 0. */
    public ByteBuffer readBytes(SafetensorsTensor tensor, long from, long to) {
        if (from < 0 || to < from || to > tensor.bytes()) {
            throw new IllegalArgumentException(tensor.name() + ": bytes " + from + " to " + to);
        }
        return file.read(tensor.position() + from, Math.toIntExact(to - from));
    }

    /** All the values of an F32 tensor; throws {@link BadInputException} where it is missing or of another type. */
    public float[] floats(String name) {
        SafetensorsTensor tensor = tensor(name);
        if (tensor.dtype() != Dtype.F32) {
            throw new BadInputException(path() + ": tensor " + name + " is " + tensor.dtype() + ", expected F32");
        }
        float[] values = new float[Math.toIntExact(tensor.bytes() / Float.BYTES)];
        read(tensor).asFloatBuffer().get(values);
        return values;
    }

    @Override
    public void close() {
        file.close();
    }
}
