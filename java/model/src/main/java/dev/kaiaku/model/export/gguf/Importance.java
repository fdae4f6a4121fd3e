package dev.kaiaku.model.export.gguf;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.gguf.GgufFile;
import dev.kaiaku.model.gguf.GgufTensor;
import dev.kaiaku.model.gguf.GgufWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How much each input channel of a linear matters: the mean of its squares over some text, which quantisation
 * weighs errors by. Kept in files as llama.cpp's {@code llama-imatrix} keeps it. Immutable and thread-safe.
 */
public final class Importance {
    private static final String SUMS = ".in_sum2";
    private static final String COUNTS = ".counts";

    private final SortedMap<String, Entry> entries;
    private final Map<String, FloatBuffer> means = new TreeMap<>();

    /**
     * Sums of one matrix.
     *
     * @param sums of squares, one for each column
     * @param tokens that were summed
     */
    public record Entry(float[] sums, long tokens) {}

    /** @param entries by the GGUF name of the matrix, {@code blk.0.attn_q.weight} */
    public Importance(SortedMap<String, Entry> entries) {
        this.entries = new TreeMap<>(entries);
        this.entries.forEach((name, entry) -> means.put(name, means(entry)));
    }

    private static FloatBuffer means(Entry entry) {
        FloatBuffer means = ByteBuffer.allocateDirect(entry.sums().length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (float sum : entry.sums()) {
            means.put((float) ((double) sum / Math.max(1, entry.tokens())));
        }
        return means.flip();
    }

    /** Weights of the columns of a matrix, direct; null where it was not measured. */
    @Nullable FloatBuffer of(String ggufName) {
        return means.get(ggufName);
    }

    /** Names of the matrices that were measured. */
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    /** Writes the file, which llama-quantize reads too. It holds no text. */
    public void write(Path path) {
        try (GgufWriter writer = GgufWriter.create(path)) {
            writer.string("general.type", "imatrix");
            writer.strings("imatrix.datasets", List.of("train.jsonl"));
            writer.u32("imatrix.chunk_count", 1);
            writer.u32(
                    "imatrix.chunk_size",
                    entries.values().stream().mapToLong(Entry::tokens).max().orElse(0));
            entries.forEach((name, entry) -> {
                long columns = entry.sums().length;
                writer.tensor(new TensorInfo(name + SUMS, TensorType.F32, List.of(1L, columns)));
                writer.tensor(new TensorInfo(name + COUNTS, TensorType.F32, List.of(1L, 1L)));
            });
            entries.forEach((name, entry) -> {
                writer.write(name + SUMS, bytes(entry.sums()));
                writer.write(name + COUNTS, bytes(new float[] {entry.tokens()}));
            });
            writer.finish();
        }
    }

    /**
     * Reads a file that llama-imatrix, or {@link #write}, wrote.
     *
     * @throws BadInputException where it is no importance matrix in GGUF form, or is not complete
     */
    public static Importance read(Path path) {
        SortedMap<String, Entry> entries = new TreeMap<>();
        try (GgufFile file = GgufFile.open(path)) {
            for (String name : file.tensors().keySet()) {
                if (name.endsWith(SUMS)) {
                    String matrix = name.substring(0, name.length() - SUMS.length());
                    float[] tokens = floats(file, matrix + COUNTS);
                    entries.put(matrix, new Entry(floats(file, name), Math.round(tokens[0])));
                }
            }
        }
        if (entries.isEmpty()) {
            throw new BadInputException(path + ": no importance matrix: it has no tensor *" + SUMS);
        }
        return new Importance(entries);
    }

    private static float[] floats(GgufFile file, String name) {
        GgufTensor tensor = file.tensor(name);
        if (tensor.type() != TensorType.F32 || tensor.rows() != 1) {
            throw new BadInputException(file.path() + ": tensor " + name + " is not one row of F32");
        }
        float[] values = new float[Math.toIntExact(tensor.columns())];
        file.read(tensor, 0, 1).asFloatBuffer().get(values);
        for (float value : values) {
            if (!(value >= 0 && Float.isFinite(value))) {
                throw new BadInputException(file.path() + ": tensor " + name + " holds " + value);
            }
        }
        return values;
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }
}
