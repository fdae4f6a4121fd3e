package dev.kaiaku.trainer;

import dev.kaiaku.bindings.NativeActivation;
import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.bindings.NativeNf4;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.Features;
import dev.kaiaku.model.architecture.LocalAttention;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.trainer.memory.Layout;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Moves the weights of a base into native memory, a few megabytes at a time. */
public final class BaseLoader {
    private static final int CHUNK_BYTES = 4 << 20;

    private BaseLoader() {}

    /** As {@link #load(BaseModel, WeightsForm, Device, Progress)}, in f32 on the CPU. */
    public static NativeModel load(BaseModel base, Progress progress) {
        return load(base, WeightsForm.F32, Device.CPU, progress);
    }

    /** As {@link #load(BaseModel, WeightsForm, Device, Layout, Progress)}, all of it in the device's memory. */
    public static NativeModel load(BaseModel base, WeightsForm weights, Device device, Progress progress) {
        return load(base, weights, device, Layout.plain(0, 0), progress);
    }

    /**
     * A sealed model; the caller closes it.
     *
     * @param weights form of the frozen weights, resolved
     * @param device that holds them, resolved
     * @param layout where they lie
     * @param progress told the bytes of the base that are loaded
     * @throws BadInputException for a weight that is NaN or infinite, naming its tensor
     */
    static NativeModel load(BaseModel base, WeightsForm weights, Device device, Layout layout, Progress progress) {
        NativeModel model = NativeModel.create(layout.apply(nativeConfig(base.config(), weights, device)));
        boolean loaded = false;
        try {
            setInverseFrequencies(model, base.config());
            long total = base.tensors().stream().mapToLong(TensorInfo::bytes).sum();
            long done = 0;
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
            for (TensorInfo tensor : base.tensors()) {
                @Nullable NativeNf4 nf4 = keepsBlocks(weights, tensor) ? base.nf4(tensor) : null;
                if (nf4 == null) {
                    load(base, tensor, model, chunk, progress, done, total);
                } else {
                    model.setNf4(tensor.name(), tensor.shape(), nf4);
                }
                done += tensor.bytes();
                progress.report("loading", done, total);
            }
            model.seal();
            loaded = true;
            return model;
        } catch (NativeException e) {
            if (e.status() == NativeException.Status.NOT_FINITE) {
                throw new BadInputException(
                        base.path() + ": " + e.getMessage() + ": the file is damaged, fetch it again", e);
            }
            throw e;
        } finally {
            if (!loaded) {
                model.close();
            }
        }
    }

    /** The sizes of a base as the native library takes them, and the form and place that its weights are to have. */
    public static NativeModelConfig nativeConfig(ModelConfig config, WeightsForm weights, Device device) {
        Features features = config.features();
        NativeModelConfig.Builder sizes = NativeModelConfig.builder()
                .device(device.nativeIndex())
                .weights(weights.layers())
                .tableWeights(weights.tables())
                .layers(config.layers())
                .hiddenSize(config.hiddenSize())
                .intermediateSize(config.intermediateSize())
                .heads(config.heads())
                .kvHeads(config.kvHeads())
                .headDim(config.headDim())
                .vocabSize(config.vocabSize())
                .tiedEmbeddings(config.tiedEmbeddings())
                .attentionBias(features.attentionBias())
                .outputBias(features.outputBias())
                .qkNorm(features.qkNorm())
                .postNorms(features.postNorms())
                .activation(
                        switch (features.activation()) {
                            case SILU -> NativeActivation.SILU;
                            case GELU_TANH -> NativeActivation.GELU_TANH;
                        })
                .rmsNormEps(config.rmsNormEps())
                .embeddingScale(features.embeddingScale())
                .attentionScale(features.attentionScale());
        @Nullable LocalAttention local = features.local();
        if (local != null) {
            sizes.slidingWindow(local.window()).localLayers(local.layerIndices());
        }
        return sizes.build();
    }

    /** Bytes of the matrices that stay as the file of a base has them; 0 where the form is another. */
    static long fileBytes(BaseModel base, WeightsForm weights) {
        return weights != WeightsForm.FILE
                ? 0
                : base.tensors().stream()
                        .filter(tensor -> tensor.shape().size() == 2)
                        .mapToLong(TensorInfo::bytes)
                        .sum();
    }

    /** Frozen numbers of a base. */
    public static long parameters(BaseModel base) {
        return base.tensors().stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, Math::multiplyExact))
                .sum();
    }

    /** Whether a matrix of a 4-bit checkpoint is held as it came. */
    private static boolean keepsBlocks(WeightsForm weights, TensorInfo tensor) {
        return (weights == WeightsForm.NF4 || weights == WeightsForm.FILE)
                && tensor.name().startsWith("model.layers.");
    }

    private static void load(
            BaseModel base,
            TensorInfo tensor,
            NativeModel model,
            ByteBuffer chunk,
            Progress progress,
            long done,
            long total) {
        long rowsAtOnce = Math.max(1, CHUNK_BYTES / tensor.rowBytes());
        for (long row = 0; row < tensor.rows(); row += rowsAtOnce) {
            int rows = (int) Math.min(rowsAtOnce, tensor.rows() - row);
            ByteBuffer data = base.read(tensor, row, rows);
            // What is copied for each call anew is freed late.
            ByteBuffer direct = data.remaining() <= chunk.capacity()
                    ? chunk.clear().put(data).flip()
                    : data;
            model.setRows(tensor.name(), tensor.type().id(), tensor.shape(), row, rows, direct);
            progress.report("loading", done + (row + rows) * tensor.rowBytes(), total);
        }
    }

    private static void setInverseFrequencies(NativeModel model, ModelConfig config) {
        setFrequencies(model, "rope.inv_freq", config.rope().inverseFrequencies(config.headDim()));
        @Nullable LocalAttention local = config.features().local();
        if (local != null) {
            setFrequencies(model, "rope.local.inv_freq", local.rope().inverseFrequencies(config.headDim()));
        }
    }

    private static void setFrequencies(NativeModel model, String name, float[] frequencies) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(frequencies.length * Float.BYTES).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(frequencies);
        List<Long> shape = List.of((long) frequencies.length);
        model.setRows(name, TensorType.F32.id(), shape, 0, 1, bytes);
    }
}
