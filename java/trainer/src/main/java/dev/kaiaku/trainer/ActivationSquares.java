package dev.kaiaku.trainer;

import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.architecture.GgufNames;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.export.gguf.Importance;
import dev.kaiaku.model.format.EncodedConversation;
import dev.kaiaku.trainer.packing.Example;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Measures on a persona's own conversations how much each channel of each linear matters. */
public final class ActivationSquares {
    private static final String WEIGHT = ".weight";

    private ActivationSquares() {}

    /**
     * Runs samples through a base with its adapter and sums the squares of what goes into every linear of the layers.
     *
     * @param samples of {@link Evaluation#samples}, at least one
     */
    public static Importance of(
            BaseModel base,
            @Nullable LoraAdapter adapter,
            List<EncodedConversation> samples,
            TrainOptions options,
            Progress progress) {
        List<Example> examples = samples.stream().map(Example::of).toList();
        TreeMap<String, Importance.Entry> entries = new TreeMap<>();
        try (LoadedModel loaded = LoadedModel.of(base, adapter, examples, options, progress)) {
            loaded.trainer().collectSquares(true);
            loaded.loss(adapter != null, progress);
            for (TensorInfo tensor : base.tensors()) {
                if (tensor.shape().size() == 2 && tensor.name().startsWith("model.layers.")) {
                    String linear = tensor.name().substring(0, tensor.name().length() - WEIGHT.length());
                    float[] sums = new float[Math.toIntExact(tensor.columns())];
                    long tokens = loaded.trainer().squares(linear, sums);
                    String name = GgufNames.of(base.config().architecture(), tensor.name());
                    entries.put(name, new Importance.Entry(sums, tokens));
                }
            }
        }
        return new Importance(entries);
    }
}
