package dev.kaiaku.trainer;

import dev.kaiaku.bindings.Ggml;
import dev.kaiaku.bindings.MergeRows;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.GgufConfigWriter;
import dev.kaiaku.model.architecture.GgufNames;
import dev.kaiaku.model.architecture.RotaryRows;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.gguf.GgufWriter;
import dev.kaiaku.model.tokenizer.TokenType;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;

/** A base as a GGUF file with every matrix of a layer in one type, the embedding in f32. */
final class QuantisedFile {
    private final BaseModel base;
    private final TensorType type;
    private final boolean permuted;

    private QuantisedFile(BaseModel base, TensorType type, boolean permuted) {
        this.base = base;
        this.type = type;
        this.permuted = permuted;
    }

    /**
     * Writes the file.
     *
     * @param permuted whether the rows of q and k have the order that llama.cpp expects; Hugging Face order otherwise
     */
    static void write(BaseModel base, TensorType type, boolean permuted, Path path) {
        new QuantisedFile(base, type, permuted).write(path);
    }

    private void write(Path path) {
        TokenizerData tokenizer = base.tokenizer().data();
        try (GgufWriter writer = GgufWriter.create(path)) {
            GgufConfigWriter.write(base.config(), writer);
            writer.string("tokenizer.ggml.model", "gpt2");
            writer.string("tokenizer.ggml.pre", tokenizer.pre());
            writer.strings("tokenizer.ggml.tokens", tokenizer.tokens());
            writer.i32s(
                    "tokenizer.ggml.token_type",
                    tokenizer.types().stream().mapToInt(TokenType::id).toArray());
            writer.strings("tokenizer.ggml.merges", tokenizer.merges());
            writer.u32("tokenizer.ggml.eos_token_id", 2);
            List<TensorInfo> tensors = base.tensors();
            for (TensorInfo tensor : tensors) {
                writer.tensor(new TensorInfo(ggufName(tensor), typeOf(tensor), tensor.shape()));
            }
            for (TensorInfo tensor : tensors) {
                writer.write(ggufName(tensor), rows(tensor));
            }
            writer.finish();
        }
    }

    private String ggufName(TensorInfo tensor) {
        return GgufNames.of(base.config().architecture(), tensor.name());
    }

    private TensorType typeOf(TensorInfo tensor) {
        return tensor.shape().size() == 2 && tensor.name().startsWith("model.layers.") ? type : TensorType.F32;
    }

    private ByteBuffer rows(TensorInfo tensor) {
        int rows = Math.toIntExact(tensor.rows());
        int columns = Math.toIntExact(tensor.columns());
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(rows * columns * Float.BYTES).order(ByteOrder.nativeOrder());
        FloatBuffer values = bytes.asFloatBuffer();
        MergeRows.convert(tensor.type().id(), base.read(tensor, 0, rows), rows, columns, values);
        if (permuted && RotaryRows.apply(base.config().architecture(), tensor.name())) {
            interleave(values, rows, columns);
        }
        TensorType stored = typeOf(tensor);
        if (stored == TensorType.F32) {
            return bytes;
        }
        ByteBuffer blocks = ByteBuffer.allocateDirect(Math.toIntExact(rows * stored.rowBytes(columns)));
        Ggml.quantize(stored.id(), values, rows, columns, null, blocks);
        return blocks;
    }

    private void interleave(FloatBuffer values, int rows, int columns) {
        float[] all = new float[rows * columns];
        values.get(0, all);
        for (int row = 0; row < rows; row++) {
            int to = (int) RotaryRows.toGguf(row, base.config().headDim());
            values.put(to * columns, all, row * columns, columns);
        }
    }
}
