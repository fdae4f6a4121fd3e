package dev.kaiaku.model.architecture;

/**
 * The row order of q and k in GGUF files of the architecture llama: the two halves of a head, which rope turns
 * together, interleaved. Weights and biases alike; rows move whole, so quantised ones may too.
 */
public final class RotaryRows {
    private RotaryRows() {}

    /** Whether GGUF files hold the rows of a tensor, given by its Hugging Face name, in this order. */
    public static boolean apply(Architecture architecture, String name) {
        return architecture.family().interleavesHeads()
                && (name.contains(".self_attn.q_proj.") || name.contains(".self_attn.k_proj."));
    }

    /** Where a GGUF file has the row that is row {@code row} in Hugging Face order. */
    public static long toGguf(long row, int headDim) {
        long head = row / headDim;
        long within = row % headDim;
        int half = headDim / 2;
        return head * headDim + 2 * (within % half) + within / half;
    }

    /** Which row in Hugging Face order a GGUF file has as row {@code row}. */
    public static long toHuggingFace(long row, int headDim) {
        long head = row / headDim;
        long within = row % headDim;
        return head * headDim + within % 2 * (headDim / 2) + within / 2;
    }
}
