package dev.kaiaku.model.export.gguf;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.GgufConfigWriter;
import dev.kaiaku.model.architecture.GgufNames;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.export.ExportTimes;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.Provenance;
import dev.kaiaku.model.export.TensorPipeline;
import dev.kaiaku.model.gguf.GgufWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a model as GGUF files that llama.cpp runs, several of them from one read. */
public final class GgufExport {
    private GgufExport() {}

    /** A file to write; it appears whole or not at all. */
    public record Target(QuantType type, Path path) {}

    /** Writes one file, with what is known of the base alone. */
    public static ExportTimes write(
            MergedModel model, PersonaInfo persona, QuantType type, Path path, Progress progress) {
        Provenance provenance = Provenance.of(model.base(), null, null, 1);
        return write(model, persona, provenance, null, List.of(new Target(type, path)), progress);
    }

    /**
     * Writes the files in one pass over the tensors; memory is some chunks of rows, whatever the size of the model.
     *
     * @param importance null where all channels count the same
     * @param progress told in values of matrices and vectors
     * @throws BadInputException where a value does not fit its type, or llama.cpp cannot hold the model
     */
    public static ExportTimes write(
            MergedModel model,
            PersonaInfo persona,
            Provenance provenance,
            @Nullable Importance importance,
            List<Target> targets,
            Progress progress) {
        boolean ropeFreqs = GgufConfigWriter.needsRopeFreqs(model.config());
        ModelConfig config = model.config();
        List<GgufWriter> writers = new ArrayList<>();
        List<GgufSink> sinks = new ArrayList<>();
        try {
            for (Target target : targets) {
                GgufWriter writer = GgufWriter.create(target.path());
                writers.add(writer);
                QuantMix mix = new QuantMix(target.type(), config, importance != null);
                GgufSink sink = new GgufSink(writer, config, mix, importance);
                sinks.add(sink);
                new GgufKeys(writer, model).write(persona, provenance, target.type());
                if (ropeFreqs) {
                    writer.tensor(new TensorInfo(GgufNames.ROPE_FREQS, TensorType.F32, List.of(config.headDim() / 2L)));
                }
                sink.declare(model.tensors());
                if (ropeFreqs) {
                    writer.write(GgufNames.ROPE_FREQS, ropeFreqs(config));
                }
            }
            ExportTimes times = TensorPipeline.run(model, sinks, progress);
            writers.forEach(GgufWriter::finish);
            return times;
        } finally {
            writers.forEach(GgufWriter::close);
        }
    }

    private static ByteBuffer ropeFreqs(ModelConfig config) {
        double[] divisors = config.rope().divisors(config.headDim());
        ByteBuffer bytes = ByteBuffer.allocate(divisors.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double divisor : divisors) {
            bytes.putFloat((float) divisor);
        }
        return bytes.flip();
    }
}
