package dev.kaiaku.trainer.bench;

import dev.kaiaku.bindings.NativeModel;
import dev.kaiaku.bindings.NativeModelConfig;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.trainer.options.WeightsForm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A llama of the sizes of SmolLM2-135M with random weights: as fast as the real one, and nothing to download. */
final class RandomModel {
    static final String NAME = "random-135m";
    private static final int HIDDEN = 576;
    private static final int INTERMEDIATE = 1536;
    private static final int KV = 192;
    private static final int LAYERS = 30;
    private static final int VOCAB = 49_152;
    private static final int HEAD = 64;
    private static final int CHUNK_ROWS = 1024;

    private final NativeModel model;
    private final Random random = new Random(1);

    private RandomModel(NativeModel model) {
        this.model = model;
    }

    static NativeModelConfig config(WeightsForm weights) {
        return NativeModelConfig.builder()
                .weights(weights.layers())
                .tableWeights(weights.tables())
                .layers(LAYERS)
                .hiddenSize(HIDDEN)
                .intermediateSize(INTERMEDIATE)
                .heads(HIDDEN / HEAD)
                .kvHeads(KV / HEAD)
                .headDim(HEAD)
                .vocabSize(VOCAB)
                .tiedEmbeddings(true)
                .rmsNormEps(1e-5f)
                .build();
    }

    /** A sealed model; the caller closes it. */
    static NativeModel create(WeightsForm weights) {
        NativeModel model = NativeModel.create(config(weights));
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
        float[] frequencies = new float[HEAD / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(10_000, -2.0 * i / HEAD);
        }
        set("rope.inv_freq", List.of((long) frequencies.length), frequencies);
        matrix("model.embed_tokens.weight", VOCAB, HIDDEN);
        for (int layer = 0; layer < LAYERS; layer++) {
            String name = "model.layers." + layer + ".";
            matrix(name + "self_attn.q_proj.weight", HIDDEN, HIDDEN);
            matrix(name + "self_attn.k_proj.weight", KV, HIDDEN);
            matrix(name + "self_attn.v_proj.weight", KV, HIDDEN);
            matrix(name + "self_attn.o_proj.weight", HIDDEN, HIDDEN);
            matrix(name + "mlp.gate_proj.weight", INTERMEDIATE, HIDDEN);
            matrix(name + "mlp.up_proj.weight", INTERMEDIATE, HIDDEN);
            matrix(name + "mlp.down_proj.weight", HIDDEN, INTERMEDIATE);
            ones(name + "input_layernorm.weight");
            ones(name + "post_attention_layernorm.weight");
        }
        ones("model.norm.weight");
        model.seal();
    }

    private void ones(String name) {
        float[] values = new float[HIDDEN];
        Arrays.fill(values, 1);
        set(name, List.of((long) HIDDEN), values);
    }

    private void matrix(String name, int rows, int columns) {
        for (int row = 0; row < rows; row += CHUNK_ROWS) {
            int count = Math.min(CHUNK_ROWS, rows - row);
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
