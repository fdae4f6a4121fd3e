package dev.kaiaku.model.export;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.adapter.LoraMatrix;
import dev.kaiaku.model.base.BaseModel;
import org.jspecify.annotations.Nullable;

/**
 * One tensor of a base and what an adapter adds to it.
 *
 * @param lora null to leave the tensor as it is
 * @param scale s times the strength
 */
record MergedTensor(
        BaseModel base, TensorInfo tensor, @Nullable LoraMatrix lora, float scale) {

    /** Whether the adapter adds anything. */
    boolean changed() {
        return lora != null;
    }

    /** Reads rows of the base; they are merged when they are asked for. */
    MergedRows read(long firstRow, int rows) {
        return new MergedRows(this, base.read(tensor, firstRow, rows), firstRow, rows);
    }
}
