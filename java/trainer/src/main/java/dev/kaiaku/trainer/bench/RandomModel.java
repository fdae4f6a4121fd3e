package dev.kaiaku.trainer.bench;

import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.trainer.options.Device;
import dev.kaiaku.trainer.options.WeightsForm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random weights in any sizes of a llama: as fast as the real ones, and nothing to download. */
final class RandomModel {
    static final String NAME = "random-135m";
    /** Values that are handed over at once. */
    private static final int CHUNK = 1 << 20;

    private final NativeModel model;
    private final NativeModelConfig sizes;
    private final Random random = new Random(1);

    private RandomModel(NativeModel model) {
        this.model = model;
        this.sizes = model.config();
    }

    /** The sizes of SmolLM2-135M. */
    static NativeModelConfig config(WeightsForm weights, Device device) {
        return NativeModelConfig.builder()
                .device(device.nativeIndex())
                .weights(weights.layers())
                .tableWeights(weights.tables())
                .layers(30)
                .hiddenSize(576)
                .intermediateSize(1536)
                .heads(9)
                .kvHeads(3)
                .headDim(64)
                .vocabSize(49_152)
                .tiedEmbeddings(true)
                .rmsNormEps(1e-5f)
                .build();
    }

    /**
     * A sealed model; the caller closes it.
     *
     * @param sizes of a model with tied embeddings, without biases, norms of heads or post-norms
     */
    static NativeModel create(NativeModelConfig sizes) {
        NativeModel model = NativeModel.create(sizes);
        boolean made = false;
        try {
            new RandomModel(model).fill();
            made = true;
            return model;
        } finally {
            if (!made) {
                model.close();
            }
        }
    }

    private void fill() {
        int hidden = sizes.hiddenSize();
        int intermediate = sizes.intermediateSize();
        int queries = sizes.heads() * sizes.headDim();
        int keys = sizes.kvHeads() * sizes.headDim();
        float[] frequencies = new float[sizes.headDim() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(10_000, -2.0 * i / sizes.headDim());
        }
        set("rope.inv_freq", List.of((long) frequencies.length), frequencies);
        matrix("model.embed_tokens.weight", sizes.vocabSize(), hidden);
        for (int layer = 0; layer < sizes.layers(); layer++) {
            String name = "model.layers." + layer + ".";
            matrix(name + "self_attn.q_proj.weight", queries, hidden);
            matrix(name + "self_attn.k_proj.weight", keys, hidden);
            matrix(name + "self_attn.v_proj.weight", keys, hidden);
            matrix(name + "self_attn.o_proj.weight", hidden, queries);
            matrix(name + "mlp.gate_proj.weight", intermediate, hidden);
            matrix(name + "mlp.up_proj.weight", intermediate, hidden);
            matrix(name + "mlp.down_proj.weight", hidden, intermediate);
            ones(name + "input_layernorm.weight");
            ones(name + "post_attention_layernorm.weight");
        }
        ones("model.norm.weight");
        model.seal();
    }

    private void ones(String name) {
        float[] values = new float[sizes.hiddenSize()];
        Arrays.fill(values, 1);
        set(name, List.of((long) values.length), values);
    }

    private void matrix(String name, int rows, int columns) {
        int rowsAtOnce = Math.max(1, CHUNK / columns);
        for (int row = 0; row < rows; row += rowsAtOnce) {
            int count = Math.min(rowsAtOnce, rows - row);
            float[] values = new float[count * columns];
            for (int i = 0; i < values.length; i++) {
                values[i] = (random.nextFloat() - 0.5f) * 0.1f;
            }
            model.setRows(name, TensorType.F32.id(), List.of((long) rows, (long) columns), row, count, bytes(values));
        }
    }

    private void set(String name, List<Long> shape, float[] values) {
        model.setRows(name, TensorType.F32.id(), shape, 0, 1, bytes(values));
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(values);
        return bytes;
    }
}
