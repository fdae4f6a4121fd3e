package dev.kaiaku.model.adapter;

/**
 * One LoRA pair: the linear computes {@code W x + s B A x}.
 *
 * @param a [rank, in], row-major
 * @param b [out, rank], row-major
 */
public record LoraMatrix(int rank, int in, int out, float[] a, float[] b) {
    public LoraMatrix {
        if (a.length != (long) rank * in || b.length != (long) out * rank) {
            throw new IllegalArgumentException("LoRA matrices of " + a.length + " and " + b.length + " values are not ["
                    + rank + ", " + in + "] and [" + out + ", " + rank + "]");
        }
    }
}
