package dev.kaiaku.model.export.hf;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One file of weights.
 *
 * @param tensors as they are in the file, in its order
 */
record Shard(String name, List<TensorInfo> tensors) {
    Shard {
        tensors = List.copyOf(tensors);
    }

    long bytes() {
        return tensors.stream().mapToLong(TensorInfo::bytes).sum();
    }

    /** Parts the tensors, in their order, into files of at most {@code most} bytes; a larger tensor has one alone. */
    static List<Shard> split(List<TensorInfo> tensors, TensorType type, long most) {
        List<List<TensorInfo>> files = new ArrayList<>();
        long bytes = Long.MAX_VALUE;
        for (TensorInfo tensor : tensors) {
            TensorInfo written = new TensorInfo(tensor.name(), type, tensor.shape());
            if (bytes > most - written.bytes()) {
                files.add(new ArrayList<>());
                bytes = 0;
            }
            files.get(files.size() - 1).add(written);
            bytes += written.bytes();
        }
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            String part = files.size() == 1 ? "" : String.format(Locale.ROOT, "-%05d-of-%05d", i + 1, files.size());
            shards.add(new Shard("model" + part + ".safetensors", files.get(i)));
        }
        return shards;
    }
}
