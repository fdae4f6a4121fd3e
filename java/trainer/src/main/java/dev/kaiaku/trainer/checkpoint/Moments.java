package dev.kaiaku.trainer.checkpoint;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.safetensors.SafetensorsFile;
import dev.kaiaku.model.safetensors.SafetensorsWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * AdamW's running means, in the shape of the adapter that they belong to.
 *
 * @param m of the gradient
 * @param v of its square
 */
public record Moments(LoraAdapter m, LoraAdapter v) {
    static final String FILE = "optimizer.safetensors";
    private static final String M = "exp_avg.";
    private static final String V = "exp_avg_sq.";

    void write(Path folder) {
        List<TensorInfo> tensors = new ArrayList<>();
        declare(M, m, tensors);
        declare(V, v, tensors);
        try (SafetensorsWriter writer = SafetensorsWriter.create(folder.resolve(FILE), tensors)) {
            write(M, m, writer);
            write(V, v, writer);
            writer.finish();
        }
    }

    /** Reads what {@link #write} wrote; throws {@link BadInputException} where it does not fit the adapter. */
    static Moments read(Path folder, LoraAdapter adapter) {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(FILE))) {
            return new Moments(read(file, M, adapter), read(file, V, adapter));
        }
    }

    private static void declare(String prefix, LoraAdapter moments, List<TensorInfo> tensors) {
        moments.matrices().forEach((linear, matrix) -> {
            tensors.add(info(prefix + linear + ".lora_A.weight", matrix.rank(), matrix.in()));
            tensors.add(info(prefix + linear + ".lora_B.weight", matrix.out(), matrix.rank()));
        });
    }

    private static TensorInfo info(String name, int rows, int columns) {
        return new TensorInfo(name, TensorType.F32, List.of((long) rows, (long) columns));
    }

    private static void write(String prefix, LoraAdapter moments, SafetensorsWriter writer) {
        moments.matrices().forEach((linear, matrix) -> {
            writer.write(prefix + linear + ".lora_A.weight", bytes(matrix.a()));
            writer.write(prefix + linear + ".lora_B.weight", bytes(matrix.b()));
        });
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static LoraAdapter read(SafetensorsFile file, String prefix, LoraAdapter like) {
        SortedMap<String, LoraMatrix> matrices = new TreeMap<>();
        like.matrices().forEach((linear, matrix) -> {
            float[] a = values(file, prefix + linear + ".lora_A.weight", matrix.a().length);
            float[] b = values(file, prefix + linear + ".lora_B.weight", matrix.b().length);
            matrices.put(linear, new LoraMatrix(matrix.rank(), matrix.in(), matrix.out(), a, b));
        });
        return new LoraAdapter(like.rank(), like.alpha(), like.rankStabilised(), matrices);
    }

    private static float[] values(SafetensorsFile file, String name, int count) {
        float[] values = file.floats(name);
        if (values.length != count) {
            throw new BadInputException(file.path() + ": tensor " + name + " has " + values.length
                    + " values, the adapter beside it needs " + count);
        }
        return values;
    }
}
