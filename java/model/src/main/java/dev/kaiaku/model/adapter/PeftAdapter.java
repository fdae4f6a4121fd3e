package dev.kaiaku.model.adapter;

import dev.kaiaku.bindings.MergeRows;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.safetensors.SafetensorsFile;
import dev.kaiaku.model.safetensors.SafetensorsTensor;
import dev.kaiaku.model.safetensors.SafetensorsWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Adapters as PEFT keeps them: a directory with {@code adapter_config.json} and {@code adapter_model.safetensors}.
 */
public final class PeftAdapter {
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PREFIX = "base_model.model.";
    private static final Pattern TENSOR = Pattern.compile(
            Pattern.quote(PREFIX)
                    + "(model\\.layers\\.\\d+\\.(?:self_attn\\.[qkvo]_proj|mlp\\.(?:gate|up|down)_proj))\\.lora_([AB])\\.weight");

    private PeftAdapter() {}

    /**
     * Writes a directory that replaces {@code directory}, which is there whole or not at all.
     *
     * @param baseName what PEFT will look for as the base: a hub id or a path
     */
    public static void write(LoraAdapter adapter, Path directory, String baseName) {
        write(adapter, 0, directory, baseName);
    }

    /**
     * As {@link #write(LoraAdapter, Path, String)}.
     *
     * @param dropout that the adapter was trained with
     */
    public static void write(LoraAdapter adapter, double dropout, Path directory, String baseName) {
        DirectorySwap.write(directory, fresh -> writeInto(fresh, adapter, dropout, baseName));
    }

    /** Writes the two files into a directory that is there, for who replaces it with more files in it. */
    public static void writeInto(Path directory, LoraAdapter adapter, double dropout, String baseName) {
        PeftConfig.of(adapter, dropout).write(directory, baseName);
        writeWeights(adapter, directory.resolve(WEIGHTS));
    }

    private static void writeWeights(LoraAdapter adapter, Path file) {
        List<TensorInfo> tensors = new ArrayList<>();
        adapter.matrices().forEach((linear, lora) -> {
            tensors.add(tensor(linear, 'A', lora.rank(), lora.in()));
            tensors.add(tensor(linear, 'B', lora.out(), lora.rank()));
        });
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, tensors)) {
            adapter.matrices().forEach((linear, lora) -> {
                writer.write(name(linear, 'A'), bytes(lora.a()));
                writer.write(name(linear, 'B'), bytes(lora.b()));
            });
            writer.finish();
        }
    }

    /**
     * Reads a directory that PEFT, or {@link #write}, wrote.
     *
     * @throws BadInputException for what cannot be expressed as a {@link LoraAdapter}, naming the key or tensor
     */
    public static LoraAdapter read(Path directory) {
        PeftConfig config = PeftConfig.read(directory);
        try (SafetensorsFile file = SafetensorsFile.open(directory.resolve(WEIGHTS))) {
            SortedMap<String, LoraMatrix> matrices = new TreeMap<>();
            for (String linear : linears(file)) {
                matrices.put(linear, matrix(file, linear, config.rank()));
            }
            if (matrices.isEmpty()) {
                throw new BadInputException(file.path() + ": holds no tensor");
            }
            return new LoraAdapter(config.rank(), config.alpha(), config.rankStabilised(), matrices);
        }
    }

    private static SortedSet<String> linears(SafetensorsFile file) {
        SortedSet<String> linears = new TreeSet<>();
        for (String name : file.tensors().keySet()) {
            Matcher matcher = TENSOR.matcher(name);
            if (!matcher.matches()) {
                throw new BadInputException(file.path() + ": tensor " + name
                        + " is no LoRA matrix of an attention or feed-forward linear; nothing else is supported");
            }
            linears.add(matcher.group(1));
        }
        return linears;
    }

    private static LoraMatrix matrix(SafetensorsFile file, String linear, int rank) {
        SafetensorsTensor a = matrix(file, name(linear, 'A'));
        SafetensorsTensor b = matrix(file, name(linear, 'B'));
        requireRank(file, a, 0, rank);
        requireRank(file, b, 1, rank);
        int in = Math.toIntExact(a.shape().get(1));
        int out = Math.toIntExact(b.shape().get(0));
        return new LoraMatrix(rank, in, out, values(file, a, rank, in), values(file, b, out, rank));
    }

    private static SafetensorsTensor matrix(SafetensorsFile file, String name) {
        SafetensorsTensor tensor = file.tensor(name);
        if (tensor.shape().size() != 2 || tensor.bytes() == 0) {
            throw new BadInputException(
                    file.path() + ": tensor " + name + " of shape " + tensor.shape() + " is no matrix");
        }
        return tensor;
    }

    private static void requireRank(SafetensorsFile file, SafetensorsTensor tensor, int dimension, int rank) {
        if (tensor.shape().get(dimension) != rank) {
            throw new BadInputException(file.path() + ": tensor " + tensor.name() + " of shape " + tensor.shape()
                    + " does not fit r " + rank + " of " + PeftConfig.FILE);
        }
    }

    private static float[] values(SafetensorsFile file, SafetensorsTensor tensor, int rows, int columns) {
        @Nullable TensorType type = tensor.dtype().tensorType();
        if (type == null) {
            throw new BadInputException(file.path() + ": tensor " + tensor.name() + " is " + tensor.dtype()
                    + ", expected F32, F16 or BF16");
        }
        float[] values = new float[Math.multiplyExact(rows, columns)];
        MergeRows.convert(type.id(), file.read(tensor), rows, columns, FloatBuffer.wrap(values));
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new BadInputException(file.path() + ": tensor " + tensor.name() + " holds " + value);
            }
        }
        return values;
    }

    private static TensorInfo tensor(String linear, char side, int rows, int columns) {
        return new TensorInfo(name(linear, side), TensorType.F32, List.of((long) rows, (long) columns));
    }

    private static String name(String linear, char side) {
        return PREFIX + linear + ".lora_" + side + ".weight";
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    /** The linears' last names among the keys, as {@code target_modules} lists them. */
    static List<String> targets(Map<String, LoraMatrix> matrices) {
        List<String> order = List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
        return order.stream()
                .filter(target -> matrices.keySet().stream().anyMatch(linear -> linear.endsWith("." + target)))
                .toList();
    }
}
