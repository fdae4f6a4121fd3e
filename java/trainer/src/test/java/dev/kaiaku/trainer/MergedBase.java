package dev.kaiaku.trainer;

import dev.kaiaku.bindings.MergeRows;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A base with an adapter merged into its weights, in f32. Borrows the base. */
record MergedBase(BaseModel base, LoraAdapter adapter) implements BaseModel {
    @Override
    public List<TensorInfo> tensors() {
        return base.tensors().stream()
                .map(tensor -> new TensorInfo(tensor.name(), TensorType.F32, tensor.shape()))
                .toList();
    }

    @Override
    public ByteBuffer read(TensorInfo tensor, long firstRow, int rows) {
        TensorInfo original = base.tensors().stream()
                .filter(one -> one.name().equals(tensor.name()))
                .findFirst()
                .orElseThrow();
        int columns = (int) tensor.columns();
        ByteBuffer values =
                ByteBuffer.allocateDirect(rows * columns * Float.BYTES).order(ByteOrder.nativeOrder());
        ByteBuffer data = base.read(original, firstRow, rows);
        int type = original.type().id();
        @Nullable LoraMatrix lora = adapter.matrices().get(tensor.name().replaceAll("\\.weight$", ""));
        if (lora == null) {
            MergeRows.convert(type, data, rows, columns, values.asFloatBuffer());
            return values;
        }
        FloatBuffer b = FloatBuffer.wrap(lora.b(), (int) firstRow * lora.rank(), rows * lora.rank());
        float scale = (float) adapter.scaling();
        MergeRows.merge(
                type, data, rows, columns, b, FloatBuffer.wrap(lora.a()), lora.rank(), scale, values.asFloatBuffer());
        return values;
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
    public void close() {}
}
