package dev.kaiaku.model.export.hf;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kaiaku.dataset.AtomicFile;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.adapter.DirectorySwap;
import dev.kaiaku.model.export.ExportTimes;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.TensorPipeline;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model as a Hugging Face directory that transformers loads: weights in one file or in several with an
 * index, {@code config.json}, {@code generation_config.json} and the files of the tokeniser.
 */
public final class SafetensorsExport {
    /** The types that the weights may have. */
    public static final Set<TensorType> TYPES = Set.of(TensorType.F32, TensorType.F16, TensorType.BF16);

    private static final long SHARD_BYTES = 5_000_000_000L;
    private static final String INDEX = "model.safetensors.index.json";

    private SafetensorsExport() {}

    /**
     * Writes the directory, which is there whole or not at all; memory is some chunks of rows.
     *
     * @param type of every tensor, one of {@link #TYPES}
     * @param progress told in values of matrices and vectors
     * @throws BadInputException where a value does not fit the type
     */
    public static ExportTimes write(MergedModel model, TensorType type, Path directory, Progress progress) {
        return write(model, type, SHARD_BYTES, directory, progress);
    }

    /** @param shardBytes most bytes of a file, but for a tensor that is larger alone */
    static ExportTimes write(MergedModel model, TensorType type, long shardBytes, Path directory, Progress progress) {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("safetensors files hold no " + type);
        }
        AtomicReference<@Nullable ExportTimes> times = new AtomicReference<>();
        DirectorySwap.write(directory, fresh -> {
            ModelFiles.write(model, type, fresh);
            List<Shard> shards = Shard.split(model.tensors(), type, shardBytes);
            try (SafetensorsSink sink = new SafetensorsSink(model.config(), type, shards, fresh)) {
                times.set(TensorPipeline.run(model, List.of(sink), progress));
                sink.finish();
            }
            if (shards.size() > 1) {
                AtomicFile.write(fresh.resolve(INDEX), index(shards).toPrettyString() + "\n");
            }
        });
        return Objects.requireNonNull(times.get());
    }

    private static ObjectNode index(List<Shard> shards) {
        ObjectNode index = new ObjectMapper().createObjectNode();
        index.putObject("metadata")
                .put("total_size", shards.stream().mapToLong(Shard::bytes).sum());
        ObjectNode map = index.putObject("weight_map");
        for (Shard shard : shards) {
            shard.tensors().forEach(tensor -> map.put(tensor.name(), shard.name()));
        }
        return index;
    }
}
