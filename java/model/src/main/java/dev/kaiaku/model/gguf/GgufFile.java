package dev.kaiaku.model.gguf;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.InputFile;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A GGUF file of version 2 or 3, checked when it is opened. Reading is thread-safe. */
public final class GgufFile implements Closeable {
    private final InputFile file;
    private final GgufHeader header;

    private GgufFile(InputFile file, GgufHeader header) {
        this.file = file;
        this.header = header;
    }

    /** Opens a file and reads its head; throws {@link BadInputException} where anything in it is wrong. */
    public static GgufFile open(Path path) {
        InputFile file = InputFile.open(path);
        boolean opened = false;
        try {
            GgufFile result = new GgufFile(file, new GgufHeader(file));
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

    public GgufMetadata metadata() {
        return header.metadata;
    }

    /** Every tensor by name, in the order of the file. */
    public Map<String, GgufTensor> tensors() {
        return Collections.unmodifiableMap(header.tensors);
    }

    /** A tensor that must be there; throws {@link BadInputException} otherwise. */
    public GgufTensor tensor(String name) {
        @Nullable GgufTensor tensor = header.tensors.get(name);
        if (tensor == null) {
            throw new BadInputException(path() + ": tensor " + name + " is missing");
        }
        return tensor;
    }

    /** Rows {@code [firstRow, firstRow + rows)} of a tensor as a little-endian buffer at position 0. */
    public ByteBuffer read(GgufTensor tensor, long firstRow, int rows) {
        if (firstRow < 0 || rows < 0 || firstRow > tensor.rows() - rows) {
            throw new IllegalArgumentException(
                    tensor.name() + ": " + rows + " rows from row " + firstRow + " of " + tensor.rows());
        }
        long length = Math.multiplyExact(rows, tensor.rowBytes());
        return file.read(tensor.position() + firstRow * tensor.rowBytes(), Math.toIntExact(length));
    }

    @Override
    public void close() {
        file.close();
    }
}
