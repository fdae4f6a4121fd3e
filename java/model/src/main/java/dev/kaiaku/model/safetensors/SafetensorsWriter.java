package dev.kaiaku.model.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.model.OutputFile;
import dev.kaiaku.model.TensorInfo;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes a safetensors file from start to end: all tensors are declared first, their bytes follow in the same
 * order, in pieces of any size. The file has its name only after {@link #finish}. Not thread-safe.
 */
public final class SafetensorsWriter implements Closeable {
    private static final int ALIGNMENT = 8;

    private final OutputFile file;
    private final List<TensorInfo> tensors;
    private int current;
    private long written;

    private SafetensorsWriter(OutputFile file, List<TensorInfo> tensors) {
        this.file = file;
        this.tensors = tensors;
    }

    /** Starts a file with the metadata {@code {"format":"pt"}} that other tools look for. */
    public static SafetensorsWriter create(Path path, List<TensorInfo> tensors) {
        byte[] header = header(tensors);
        OutputFile file = OutputFile.create(path);
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
        file.write(start.putLong(header.length).put(header).flip());
        return new SafetensorsWriter(file, List.copyOf(tensors));
    }

    private static byte[] header(List<TensorInfo> tensors) {
        ObjectNode header = new ObjectMapper().createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        Set<String> names = new HashSet<>();
        long offset = 0;
        for (TensorInfo tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("two tensors called " + tensor.name());
            }
            ObjectNode entry = header.putObject(tensor.name());
            entry.put("dtype", Dtype.of(tensor.type()).name());
            var shape = entry.putArray("shape");
            tensor.shape().forEach(shape::add);
            entry.putArray("data_offsets").add(offset).add(offset + tensor.bytes());
            offset += tensor.bytes();
        }
        String text = header.toString();
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        return (text + " ".repeat(-length & (ALIGNMENT - 1))).getBytes(StandardCharsets.UTF_8);
    }

    /** The next bytes of a tensor, which must be the one whose turn it is. */
    public void write(String name, ByteBuffer bytes) {
        while (current < tensors.size() && written == tensors.get(current).bytes()) {
            current++;
            written = 0;
        }
        if (current == tensors.size() || !tensors.get(current).name().equals(name)) {
            throw new IllegalStateException("it is not the turn of tensor " + name);
        }
        if (bytes.remaining() > tensors.get(current).bytes() - written) {
            throw new IllegalArgumentException(
                    name + " holds only " + tensors.get(current).bytes() + " bytes");
        }
        written += bytes.remaining();
        file.write(bytes);
    }

    /** Puts the file on the disk under its name; every tensor must be complete. */
    public void finish() {
        boolean last = current >= tensors.size() - 1;
        if (!tensors.isEmpty()
                && (!last || written != tensors.get(tensors.size() - 1).bytes())) {
            throw new IllegalStateException(tensors.get(current).name() + " is not complete");
        }
        file.commit();
    }

    /** Removes the unfinished file, where {@link #finish} was not reached. */
    @Override
    public void close() {
        file.close();
    }
}
