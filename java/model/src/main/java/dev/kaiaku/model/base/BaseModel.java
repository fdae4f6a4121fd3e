package dev.kaiaku.model.base;

import dev.kaiaku.bindings.NativeNf4;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.tokenizer.Tokenizer;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Frozen weights with their tokeniser, read from a Hugging Face directory or a GGUF file. Tensors have Hugging
 * Face names and row order whatever the file holds, and norm weights are what is multiplied by. Reading is
 * thread-safe.
 */
public interface BaseModel extends Closeable {
    /** The directory or file. */
    Path path();

    /** What to call the base in files and messages, such as {@code SmolLM2-135M-Instruct}. */
    String name();

    ModelConfig config();

    Tokenizer tokenizer();

    /** How this base wants conversations written. */
    ChatFormat chatFormat();

    /** Every tensor of the model in a stable order: embedding, layers, final norm, head where it is not tied. */
    List<TensorInfo> tensors();

    /**
     * Rows {@code [firstRow, firstRow + rows)} of a tensor in its own type.
     *
     * @return a little-endian buffer of {@code rows * tensor.rowBytes()} bytes at position 0
     */
    ByteBuffer read(TensorInfo tensor, long firstRow, int rows);

    /**
     * A whole matrix as a bitsandbytes 4-bit checkpoint holds it; {@link #read} gives its values. Null where it is
     * stored in another way.
     */
    default @Nullable NativeNf4 nf4(TensorInfo tensor) {
        return null;
    }

    @Override
    void close();
}
