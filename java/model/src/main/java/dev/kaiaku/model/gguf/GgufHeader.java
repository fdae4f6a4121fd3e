package dev.kaiaku.model.gguf;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.InputFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parsing of the head of a GGUF file: keys, and what it says of its tensors. */
final class GgufHeader {
    static final int MAGIC = 0x46554747;
    static final int DEFAULT_ALIGNMENT = 32;
    static final int MAX_DIMS = 4;
    static final int MAX_NAME = 64;
    private static final int MIN_KEY_BYTES = 13;
    private static final int MIN_TENSOR_BYTES = 32;
    private static final int MAX_KEYS = 1 << 16;
    private static final int MAX_TENSORS = 1 << 17;
    private static final int MAX_ARRAY = 1 << 22;

    final GgufMetadata metadata;
    final Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    private final InputFile file;
    private final GgufCursor in;

    GgufHeader(InputFile file) {
        this.file = file;
        this.in = new GgufCursor(file);
        checkVersion();
        int tensorCount = in.count("the number of tensors", MIN_TENSOR_BYTES, MAX_TENSORS);
        int keyCount = in.count("the number of keys", MIN_KEY_BYTES, MAX_KEYS);
        this.metadata = new GgufMetadata(file.path(), readKeys(keyCount));
        refuseSplit();
        readTensors(tensorCount);
    }

    private void checkVersion() {
        if (in.remaining() < 4 || in.i32("the magic") != MAGIC) {
            throw bad("not a GGUF file: it does not start with the letters GGUF");
        }
        int version = in.i32("the version");
        if ((version & 0xFFFF) == 0) {
            throw bad("a big-endian GGUF file; only little-endian ones are supported");
        }
        if (version != 2 && version != 3) {
            throw bad("GGUF version " + version + "; versions 2 and 3 are supported");
        }
    }

    private Map<String, Object> readKeys(int count) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = in.string("the name of key " + i);
            Object value = readValue(key, readType(key), true);
            if (values.put(key, value) != null) {
                throw bad("key " + key + " is there twice");
            }
        }
        return values;
    }

    private GgufType readType(String key) {
        int id = in.i32("key " + key);
        @Nullable GgufType type = GgufType.of(id);
        if (type == null) {
            throw bad("key " + key + " has the unknown type " + id);
        }
        return type;
    }

    private Object readValue(String key, GgufType type, boolean arrayAllowed) {
        String what = "key " + key;
        return switch (type) {
            case U8 -> (long) Byte.toUnsignedInt(in.i8(what));
            case I8 -> (long) in.i8(what);
            case U16 -> (long) Short.toUnsignedInt(in.i16(what));
            case I16 -> (long) in.i16(what);
            case U32 -> Integer.toUnsignedLong(in.i32(what));
            case I32 -> (long) in.i32(what);
            case U64, I64 -> in.i64(what);
            case F32 -> (double) Float.intBitsToFloat(in.i32(what));
            case F64 -> Double.longBitsToDouble(in.i64(what));
            case BOOL -> readBool(what);
            case STRING -> in.string(what);
            case ARRAY -> {
                if (!arrayAllowed) {
                    throw bad(what + " is an array of arrays");
                }
                yield readArray(key);
            }
        };
    }

    private boolean readBool(String what) {
        byte value = in.i8(what);
        if (value != 0 && value != 1) {
            throw bad(what + " is neither true nor false");
        }
        return value == 1;
    }

    private List<Object> readArray(String key) {
        GgufType type = readType(key);
        int count = in.count("the length of key " + key, type.minBytes, MAX_ARRAY);
        List<Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(readValue(key, type, false));
        }
        return Collections.unmodifiableList(values);
    }

    private void refuseSplit() {
        @Nullable Long parts = metadata.findInteger("split.count");
        if (parts != null && parts > 1) {
            throw bad("one of " + parts + " parts of a split model, which is not supported; join them first"
                    + " (llama-gguf-split --merge)");
        }
    }

    private int alignment() {
        @Nullable Long alignment = metadata.findInteger("general.alignment");
        if (alignment == null) {
            return DEFAULT_ALIGNMENT;
        }
        if (alignment <= 0 || alignment > 1 << 20 || Long.bitCount(alignment) != 1) {
            throw bad("general.alignment is " + alignment + ", expected a power of two");
        }
        return alignment.intValue();
    }

    private void readTensors(int count) {
        int alignment = alignment();
        List<GgufTensor> relative = new ArrayList<>();
        long next = 0;
        for (int i = 0; i < count; i++) {
            GgufTensor tensor = readTensor(i);
            if (tensor.position() != next) {
                throw bad("tensor " + tensor.name() + " is said to be at " + Long.toUnsignedString(tensor.position())
                        + " of the data, expected " + next);
            }
            relative.add(tensor);
            next = padded(tensor, next + tensor.bytes(), alignment);
        }
        long start = padded(null, in.position(), alignment);
        for (GgufTensor tensor : relative) {
            addTensor(tensor, start + tensor.position());
        }
    }

    private long padded(@Nullable GgufTensor tensor, long position, int alignment) {
        if (position < 0 || position > Long.MAX_VALUE / 2) {
            throw bad("tensor " + (tensor == null ? "" : tensor.name()) + " is impossibly large");
        }
        return (position + alignment - 1) & -(long) alignment;
    }

    /** A tensor whose position counts from the start of the data. */
    private GgufTensor readTensor(int index) {
        String name = in.string("the name of tensor " + index);
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length >= MAX_NAME) {
            throw bad("the name of tensor " + index + " is not of 1 to " + (MAX_NAME - 1) + " bytes");
        }
        String what = "tensor " + name;
        int dims = in.i32(what);
        if (dims < 1 || dims > MAX_DIMS) {
            throw bad(what + " has " + Integer.toUnsignedString(dims) + " dimensions, expected 1 to " + MAX_DIMS);
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < dims; i++) {
            shape.add(0, in.i64(what));
        }
        int typeId = in.i32(what);
        long offset = in.i64(what);
        @Nullable BlockLayout layout = BlockLayout.of(typeId);
        if (layout == null) {
            throw bad(what + " has the unknown type " + typeId);
        }
        return new GgufTensor(name, typeId, layout.name(), shape, offset, bytes(name, layout, shape));
    }

    private long bytes(String name, BlockLayout layout, List<Long> shape) {
        long columns = shape.get(shape.size() - 1);
        long values = 1;
        for (long size : shape) {
            if (size <= 0 || Math.multiplyHigh(values, size) != 0 || values * size < 0) {
                throw bad("tensor " + name + " has the impossible shape " + shape);
            }
            values *= size;
        }
        if (columns % layout.values() != 0) {
            throw bad("tensor " + name + " has rows of " + columns + " values, which do not fill blocks of "
                    + layout.values() + " (" + layout.name() + ")");
        }
        long blocks = values / layout.values();
        if (Math.multiplyHigh(blocks, layout.bytes()) != 0 || blocks * layout.bytes() < 0) {
            throw bad("tensor " + name + " has the impossible shape " + shape);
        }
        return blocks * layout.bytes();
    }

    private void addTensor(GgufTensor tensor, long position) {
        if (position > file.size() - tensor.bytes()) {
            throw bad("cut short: tensor " + tensor.name() + " needs " + tensor.bytes() + " bytes at " + position
                    + ", the file has " + file.size() + "; download it again");
        }
        GgufTensor placed = new GgufTensor(
                tensor.name(), tensor.typeId(), tensor.typeName(), tensor.shape(), position, tensor.bytes());
        if (tensors.put(tensor.name(), placed) != null) {
            throw bad("tensor " + tensor.name() + " is there twice");
        }
    }

    private BadInputException bad(String what) {
        return new BadInputException(file.path() + ": " + what);
    }
}
