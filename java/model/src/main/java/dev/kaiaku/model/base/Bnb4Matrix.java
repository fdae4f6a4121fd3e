package dev.kaiaku.model.base;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.bindings.NativeNf4;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.JsonFields;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.safetensors.Dtype;
import dev.kaiaku.model.safetensors.SafetensorsSet;
import dev.kaiaku.model.safetensors.SafetensorsTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A matrix that bitsandbytes packed into 4 bits: codes of a map of 16 values, times the largest magnitude of their
 * block; those magnitudes may be packed into bytes themselves. Thread-safe.
 */
final class Bnb4Matrix {
    private static final String STATE = ".quant_state.bitsandbytes__";
    private static final int MAP = 16;
    private static final int NESTED_MAP = 256;
    private static final int MAX_BLOCK = 1 << 16;

    private final Path directory;
    private final SafetensorsSet weights;
    private final String name;
    private final List<Long> shape;
    private final int blockSize;
    private final int nestedBlockSize;
    private final float nestedOffset;
    private final SafetensorsTensor packed;
    private final SafetensorsTensor absmax;
    private final float[] map;
    private final float[] nestedAbsmax;
    private final float[] nestedMap;

    private Bnb4Matrix(Path directory, SafetensorsSet weights, String name, List<Long> shape) {
        this.directory = directory;
        this.weights = weights;
        this.name = name;
        this.shape = shape;
        JsonFields state = state();
        this.blockSize = blockSize(state, "blocksize");
        this.packed = part("");
        this.absmax = part(".absmax");
        this.map = floats(".quant_map", MAP);
        boolean nested = absmax.dtype() == Dtype.U8;
        this.nestedBlockSize = nested ? blockSize(state, "nested_blocksize") : 0;
        this.nestedOffset = nested ? (float) state.real("nested_offset") : 0;
        checkSize(packed, (values() + 1) / 2);
        checkSize(absmax, blocks() * (nested ? 1 : Float.BYTES));
        if (!nested && absmax.dtype() != Dtype.F32) {
            throw bad("absmax is " + absmax.dtype() + ", expected U8 or F32");
        }
        long nestedBlocks = nested ? (blocks() + nestedBlockSize - 1) / nestedBlockSize : 0;
        this.nestedAbsmax = nested ? floats(".nested_absmax", nestedBlocks) : new float[0];
        this.nestedMap = nested ? floats(".nested_quant_map", NESTED_MAP) : new float[0];
    }

    /**
     * The matrix of that name, or null where it is stored in another way.
     *
     * @param shape that the model asks for
     * @throws BadInputException where its parts do not fit together
     */
    static @Nullable Bnb4Matrix find(Path directory, SafetensorsSet weights, String name, List<Long> shape) {
        if (weights.find(name + STATE + "fp4") != null) {
            throw new BadInputException(directory + ": tensor " + name
                    + " is packed as fp4, which is not supported, only nf4; take the original weights");
        }
        boolean found = shape.size() == 2 && weights.find(name + STATE + "nf4") != null;
        return found ? new Bnb4Matrix(directory, weights, name, shape) : null;
    }

    private JsonFields state() {
        SafetensorsTensor tensor = part(STATE + "nf4");
        byte[] json = new byte[Math.toIntExact(tensor.bytes())];
        weights.read(tensor).get(json);
        try {
            JsonNode node = new ObjectMapper().readTree(json);
            if (!node.path("shape").toString().equals("[" + shape.get(0) + "," + shape.get(1) + "]")) {
                throw bad("has the shape " + node.path("shape") + ", config.json asks for " + shape);
            }
            return new JsonFields(directory, node);
        } catch (IOException e) {
            throw new BadInputException(directory + ": tensor " + name + ": its quant_state is not JSON", e);
        }
    }

    private int blockSize(JsonFields state, String key) {
        int size = state.integer(key);
        if (size < 2 || size > MAX_BLOCK || Integer.bitCount(size) != 1) {
            throw bad(key + " is " + size + ", expected a power of two");
        }
        return size;
    }

    private SafetensorsTensor part(String suffix) {
        @Nullable SafetensorsTensor tensor = weights.find(name + suffix);
        if (tensor == null) {
            throw new BadInputException(directory + ": tensor " + name + suffix + " is missing");
        }
        return tensor;
    }

    private float[] floats(String suffix, long count) {
        SafetensorsTensor tensor = part(suffix);
        checkSize(tensor, count * Float.BYTES);
        float[] values = new float[Math.toIntExact(count)];
        weights.read(tensor).asFloatBuffer().get(values);
        return values;
    }

    private void checkSize(SafetensorsTensor tensor, long bytes) {
        if (tensor.bytes() != bytes) {
            throw new BadInputException(
                    directory + ": tensor " + tensor.name() + " has " + tensor.bytes() + " bytes, expected " + bytes);
        }
    }

    private long values() {
        return shape.get(0) * shape.get(1);
    }

    private long blocks() {
        return (values() + blockSize - 1) / blockSize;
    }

    /** All of it, as it is. */
    NativeNf4 whole() {
        boolean nested = nestedBlockSize > 0;
        return new NativeNf4(
                blockSize,
                nestedBlockSize,
                nestedOffset,
                bytes(map),
                weights.read(packed),
                weights.read(absmax),
                nested ? bytes(nestedAbsmax) : null,
                nested ? bytes(nestedMap) : null);
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    /** Rows in f32, little-endian, from position 0. */
    ByteBuffer rows(long firstRow, int rows) {
        long columns = shape.get(1);
        long from = firstRow * columns;
        long to = from + rows * columns;
        ByteBuffer codes = weights.readBytes(packed, from / 2, (to + 1) / 2);
        long firstBlock = from / blockSize;
        float[] scales = scales(firstBlock, (to + blockSize - 1) / blockSize);
        ByteBuffer out =
                ByteBuffer.allocate(Math.toIntExact((to - from) * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer values = out.asFloatBuffer();
        for (long i = from; i < to; i++) {
            int pair = codes.get((int) (i / 2 - from / 2));
            int code = (i & 1) == 0 ? pair >> 4 & 0xF : pair & 0xF;
            values.put(map[code] * scales[(int) (i / blockSize - firstBlock)]);
        }
        return out;
    }

    /** The largest magnitudes of blocks {@code [from, to)}. */
    private float[] scales(long from, long to) {
        float[] scales = new float[Math.toIntExact(to - from)];
        if (nestedBlockSize == 0) {
            weights.readBytes(absmax, from * Float.BYTES, to * Float.BYTES)
                    .asFloatBuffer()
                    .get(scales);
            return scales;
        }
        ByteBuffer codes = weights.readBytes(absmax, from, to);
        for (int i = 0; i < scales.length; i++) {
            float largest = nestedAbsmax[(int) ((from + i) / nestedBlockSize)];
            scales[i] = nestedMap[codes.get(i) & 0xFF] * largest + nestedOffset;
        }
        return scales;
    }

    /** Where it stands in the model, read as f32. */
    TensorInfo info() {
        return new TensorInfo(name, TensorType.F32, shape);
    }

    private BadInputException bad(String what) {
        return new BadInputException(directory + ": tensor " + name + " of bitsandbytes: " + what);
    }
}
