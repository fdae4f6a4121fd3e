package dev.kaiaku.model.export.gguf;

import dev.kaiaku.bindings.Ggml;
import dev.kaiaku.bindings.MergeRows;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.GgufNames;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.architecture.RotaryRows;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** How far the matrices of a file are from those of the model that it was made of. */
public final class TensorErrors {
    private static final int SAMPLED_ROWS = 256;

    private TensorErrors() {}

    /**
     * Error of a class of tensors.
     *
     * @param name such as {@code attn_v} or {@code token_embd}
     * @param types that they are stored as
     * @param relativeRmse root of the summed squares of the differences over that of the values
     */
    public record ClassError(String name, List<TensorType> types, double relativeRmse) {}

    private static final class Sum {
        private final List<TensorType> types = new ArrayList<>();
        private double squaredError;
        private double squaredValue;
    }

    /** The classes with an error, the largest first; of every matrix some rows are looked at. */
    public static List<ClassError> of(Path gguf, MergedModel model) {
        Map<String, Sum> sums = new TreeMap<>();
        try (GgufFile file = GgufFile.open(gguf)) {
            for (TensorInfo tensor : model.tensors()) {
                if (tensor.shape().size() == 2) {
                    String name = GgufNames.of(model.config().architecture(), tensor.name());
                    String kind = name.replaceFirst("^blk\\.\\d+\\.", "").replaceFirst("\\.weight$", "");
                    add(file, file.tensor(name), model, tensor, sums.computeIfAbsent(kind, k -> new Sum()));
                }
            }
        }
        return sums.entrySet().stream()
                .map(entry -> new ClassError(
                        entry.getKey(),
                        entry.getValue().types.stream().distinct().sorted().toList(),
                        Math.sqrt(entry.getValue().squaredError / entry.getValue().squaredValue)))
                .filter(error -> error.relativeRmse() > 0)
                .sorted(Comparator.comparingDouble(ClassError::relativeRmse).reversed())
                .toList();
    }

    private static void add(GgufFile file, GgufTensor stored, MergedModel model, TensorInfo tensor, Sum sum) {
        TensorType type = Objects.requireNonNull(stored.type(), stored.name());
        ModelConfig config = model.config();
        sum.types.add(type);
        int rows = (int)
                Math.min(tensor.rows(), Math.max(config.headDim(), SAMPLED_ROWS / config.headDim() * config.headDim()));
        int columns = Math.toIntExact(tensor.columns());
        float[] actual = decoded(type, file.read(stored, 0, rows), rows, columns);
        float[] expected = decoded(tensor.type(), model.read(tensor, 0, rows), rows, columns);
        boolean reordered = RotaryRows.apply(config.architecture(), tensor.name());
        for (int row = 0; row < rows; row++) {
            int at = reordered ? Math.toIntExact(RotaryRows.toGguf(row, config.headDim())) : row;
            for (int column = 0; column < columns; column++) {
                double value = expected[row * columns + column];
                double error = actual[at * columns + column] - value;
                sum.squaredError += error * error;
                sum.squaredValue += value * value;
            }
        }
    }

    /** Rows of any type in f32, [rows, columns]. */
    static float[] decoded(TensorType type, ByteBuffer data, int rows, int columns) {
        FloatBuffer values = ByteBuffer.allocateDirect(rows * columns * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        if (type.blockSize() == 1) {
            MergeRows.convert(type.id(), data, rows, columns, values);
        } else {
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(data.remaining()).put(data).flip();
            Ggml.dequantize(type.id(), direct, rows, columns, values);
        }
        float[] result = new float[rows * columns];
        values.get(0, result);
        return result;
    }
}
