package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeNf4;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A packed checkpoint as bitsandbytes 0.50 computed the reference from it. Its kernel for processors counts blocks
 * row by row: where rows do not fill whole blocks, value [row, column] is scaled by absmax number {@code row *
 * (columns / 64) + column / 64}, while its packing, and its kernel for GPUs, count them through the whole matrix.
 * Blocks of 16 values hold such a matrix exactly.
 */
record ReferenceBlocks(BaseModel base) implements BaseModel {
    private static final int BLOCK = 64;
    private static final int PART = 16;

    @Override
    public @Nullable NativeNf4 nf4(TensorInfo tensor) {
        @Nullable NativeNf4 nf4 = base.nf4(tensor);
        if (nf4 == null || tensor.columns() % BLOCK == 0) {
            return nf4;
        }
        int columns = Math.toIntExact(tensor.columns());
        ByteBuffer absmax = ByteBuffer.allocate(Math.toIntExact(tensor.rows()) * columns / PART);
        while (absmax.hasRemaining()) {
            int at = absmax.position() * PART;
            absmax.put(nf4.absmax().get(at / columns * (columns / BLOCK) + at % columns / BLOCK));
        }
        float only = Objects.requireNonNull(nf4.nestedAbsmax()).getFloat(0);
        int nested = (absmax.capacity() + nf4.nestedBlockSize() - 1) / nf4.nestedBlockSize();
        ByteBuffer nestedAbsmax = ByteBuffer.allocate(nested * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (nestedAbsmax.hasRemaining()) {
            nestedAbsmax.putFloat(only);
        }
        return new NativeNf4(
                PART,
                nf4.nestedBlockSize(),
                nf4.nestedOffset(),
                nf4.quantMap(),
                nf4.packed(),
                absmax.flip(),
                nestedAbsmax.flip(),
                nf4.nestedQuantMap());
    }

    @Override
    public ByteBuffer read(TensorInfo tensor, long firstRow, int rows) {
        return base.read(tensor, firstRow, rows);
    }

    @Override
    public Path path() {
        return base.path();
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public ModelConfig config() {
        return base.config();
    }

    @Override
    public Tokenizer tokenizer() {
        return base.tokenizer();
    }

    @Override
    public ChatFormat chatFormat() {
        return base.chatFormat();
    }

    @Override
    public List<TensorInfo> tensors() {
        return base.tensors();
    }

    @Override
    public void close() {
        base.close();
    }
}
