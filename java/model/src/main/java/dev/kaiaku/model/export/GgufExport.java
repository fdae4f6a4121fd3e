package dev.kaiaku.model.export;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.ModelConfig;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.GgufNames;
import dev.kaiaku.model.base.RotaryRows;
import dev.kaiaku.model.gguf.GgufWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a base with its adapter merged into it as one GGUF file that llama.cpp runs. */
public final class GgufExport {
    private final BaseModel base;
    private final ModelConfig config;
    private final @Nullable LoraAdapter adapter;
    private final QuantType type;

    private GgufExport(BaseModel base, @Nullable LoraAdapter adapter, QuantType type) {
        this.base = base;
        this.config = base.config();
        this.adapter = adapter;
        this.type = type;
    }

    /**
     * Writes the file in one pass over the tensors; memory is a chunk of rows, whatever the size of the model.
     *
     * @param adapter null for the base alone
     * @param strength factor of the adapter's change: 1 as trained, 0 none
     * @param out appears whole or not at all
     * @param progress told in values of matrices and vectors
     * @throws BadInputException where the adapter is not one of this base, or a value does not fit
     */
    public static void write(
            BaseModel base,
            @Nullable LoraAdapter adapter,
            PersonaInfo persona,
            QuantType type,
            double strength,
            Path out,
            Progress progress) {
        if (!Double.isFinite(strength)) {
            throw new IllegalArgumentException("strength " + strength);
        }
        GgufExport export = new GgufExport(base, adapter, type);
        export.checkAdapter();
        boolean ropeFreqs = GgufKeys.needsRopeFreqs(base);
        try (GgufWriter writer = GgufWriter.create(out)) {
            new GgufKeys(writer, base).write(persona, type);
            export.declare(writer, ropeFreqs);
            export.writeTensors(writer, ropeFreqs, strength, progress);
            writer.finish();
        }
    }

    private void checkAdapter() {
        if (adapter == null) {
            return;
        }
        Map<String, TensorInfo> tensors = new HashMap<>();
        base.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
        adapter.matrices().forEach((linear, lora) -> {
            @Nullable TensorInfo tensor = tensors.get(linear + ".weight");
            if (tensor == null) {
                throw new BadInputException("the adapter changes " + linear + ", which " + base.name() + " lacks");
            }
            if (tensor.rows() != lora.out() || tensor.columns() != lora.in()) {
                throw new BadInputException("the adapter's " + linear + " is for a matrix of [" + lora.out() + ", "
                        + lora.in() + "], that of " + base.name() + " is " + tensor.shape());
            }
        });
    }

    private void declare(GgufWriter writer, boolean ropeFreqs) {
        if (ropeFreqs) {
            writer.tensor(new TensorInfo(GgufNames.ROPE_FREQS, TensorType.F32, List.of(config.headDim() / 2L)));
        }
        for (TensorInfo tensor : base.tensors()) {
            writer.tensor(new TensorInfo(GgufNames.of(tensor.name()), outType(tensor), tensor.shape()));
        }
    }

    private void writeTensors(GgufWriter writer, boolean ropeFreqs, double strength, Progress progress) {
        if (ropeFreqs) {
            writer.write(GgufNames.ROPE_FREQS, ropeFreqs());
        }
        long total =
                base.tensors().stream().mapToLong(t -> t.rows() * t.columns()).sum();
        long done = 0;
        double scaling = adapter == null ? 0 : adapter.scaling();
        TensorEncoder encoder = new TensorEncoder(base, strength);
        for (TensorInfo tensor : base.tensors()) {
            String name = GgufNames.of(tensor.name());
            encoder.encode(
                    tensor, lora(tensor), scaling, outType(tensor), headRows(tensor), rows -> writer.write(name, rows));
            done += tensor.rows() * tensor.columns();
            progress.report("exporting", done, total);
        }
    }

    private TensorType outType(TensorInfo tensor) {
        return tensor.shape().size() == 1 ? TensorType.F32 : type.matrixType(tensor.columns());
    }

    private @Nullable LoraMatrix lora(TensorInfo tensor) {
        String name = tensor.name();
        return adapter == null || !name.endsWith(".weight")
                ? null
                : adapter.matrices().get(name.substring(0, name.length() - ".weight".length()));
    }

    private int headRows(TensorInfo tensor) {
        return RotaryRows.apply(config.architecture(), tensor.name()) ? config.headDim() : 0;
    }

    private ByteBuffer ropeFreqs() {
        double[] divisors = config.rope().divisors(config.headDim());
        ByteBuffer bytes = ByteBuffer.allocate(divisors.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double divisor : divisors) {
            bytes.putFloat((float) divisor);
        }
        return bytes.flip();
    }
}
