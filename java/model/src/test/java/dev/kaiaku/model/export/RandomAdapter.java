package dev.kaiaku.model.export;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.adapter.LoraAdapter;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.base.BaseModel;
import java.util.Random;
import java.util.TreeMap;

/** An adapter for every linear of a base, with a change that is seen in its logits. */
public final class RandomAdapter {
    private RandomAdapter() {}

    /** @param size standard deviation of the values */
    public static LoraAdapter of(BaseModel base, int rank, double size) {
        Random random = new Random(7);
        TreeMap<String, LoraMatrix> matrices = new TreeMap<>();
        for (TensorInfo tensor : base.tensors()) {
            if (tensor.name().contains("_proj.weight")) {
                int in = Math.toIntExact(tensor.columns());
                int out = Math.toIntExact(tensor.rows());
                float[] a = values(rank * in, size, random);
                float[] b = values(out * rank, size, random);
                matrices.put(tensor.name().replace(".weight", ""), new LoraMatrix(rank, in, out, a, b));
            }
        }
        return new LoraAdapter(rank, 2 * rank, false, matrices);
    }

    private static float[] values(int count, double size, Random random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (size * random.nextGaussian());
        }
        return values;
    }
}
