package dev.kaiaku.model.export.gguf;

import dev.kaiaku.bindings.Ggml;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.architecture.GgufNames;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.architecture.RotaryRows;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.Provenance;
import dev.kaiaku.model.gguf.GgufWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;

/** Writes an adapter as the GGUF file that llama.cpp applies to its base ({@code --lora}). */
public final class GgufLora {
    private final BaseModel base;
    private final LoraAdapter adapter;
    private final TensorType type;

    private GgufLora(BaseModel base, LoraAdapter adapter, TensorType type) {
        this.base = base;
        this.adapter = adapter;
        this.type = type;
    }

    /**
     * Writes the file, which appears whole or not at all.
     *
     * @param provenance its strength must not be 0, which llama.cpp reads as no scaling
     * @param type of the matrices: F32, F16 or BF16
     * @throws BadInputException where the adapter is not one of this base
     */
    public static void write(
            BaseModel base,
            LoraAdapter adapter,
            PersonaInfo persona,
            Provenance provenance,
            QuantType type,
            Path path) {
        double strength = provenance.strength();
        if (strength == 0 || !type.plain()) {
            throw new IllegalArgumentException("strength " + strength + ", type " + type);
        }
        // Checks that they belong together.
        new MergedModel(base, adapter, strength);
        GgufLora export = new GgufLora(base, adapter, type.matrices());
        try (GgufWriter writer = GgufWriter.create(path)) {
            export.writeKeys(writer, persona, provenance, type);
            adapter.matrices().forEach((linear, lora) -> {
                writer.tensor(export.tensor(linear, ".lora_a", lora.rank(), lora.in()));
                writer.tensor(export.tensor(linear, ".lora_b", lora.out(), lora.rank()));
            });
            adapter.matrices().forEach((linear, lora) -> {
                writer.write(export.name(linear, ".lora_a"), export.encoded(lora.a(), lora.rank(), lora.in()));
                float[] b = export.ordered(linear, lora);
                writer.write(export.name(linear, ".lora_b"), export.encoded(b, lora.out(), lora.rank()));
            });
            writer.finish();
        }
    }

    private void writeKeys(GgufWriter writer, PersonaInfo persona, Provenance provenance, QuantType fileType) {
        writer.string("general.architecture", base.config().architecture().ggufName());
        writer.string("general.type", "adapter");
        writer.string("adapter.type", "lora");
        // llama.cpp divides by the rank; there is no key for rsLoRA, which divides by its root.
        writer.f32("adapter.lora.alpha", (float) (adapter.scaling() * adapter.rank() * provenance.strength()));
        writer.string("general.name", persona.name());
        writer.u32("general.file_type", fileType.fileType());
        writer.u32("general.quantization_version", GgufKeys.QUANTIZATION_VERSION);
        persona.write(writer);
        provenance.write(writer);
    }

    private TensorInfo tensor(String linear, String suffix, long rows, long columns) {
        return new TensorInfo(name(linear, suffix), type, List.of(rows, columns));
    }

    private String name(String linear, String suffix) {
        Architecture architecture = base.config().architecture();
        return GgufNames.of(architecture, linear + ".weight") + suffix;
    }

    /** B with the rows of q and k in llama.cpp's order; A is the same in both. */
    private float[] ordered(String linear, LoraMatrix lora) {
        ModelConfig config = base.config();
        if (!RotaryRows.apply(config.architecture(), linear + ".weight")) {
            return lora.b();
        }
        int rank = lora.rank();
        float[] ordered = new float[lora.b().length];
        for (int row = 0; row < lora.out(); row++) {
            int from = Math.toIntExact(RotaryRows.toHuggingFace(row, config.headDim()));
            System.arraycopy(lora.b(), from * rank, ordered, row * rank, rank);
        }
        return ordered;
    }

    private ByteBuffer encoded(float[] values, int rows, int columns) {
        FloatBuffer direct = ByteBuffer.allocateDirect(values.length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(values);
        ByteBuffer out = ByteBuffer.allocateDirect(Math.toIntExact(rows * type.rowBytes(columns)));
        Ggml.quantize(type.id(), direct, rows, columns, null, out);
        return out;
    }
}
