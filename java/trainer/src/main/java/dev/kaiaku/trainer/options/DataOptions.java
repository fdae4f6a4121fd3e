package dev.kaiaku.trainer.options;

/**
 * How much is learned, in what pieces.
 *
 * @param epochs passes over the examples
 * @param maxSteps updates; 0: as many as the epochs have
 * @param seqLen tokens that an example is cut to, and most of a row; 0: 2,048, or what the base can take
 * @param batchTokens tokens of an update; 0: at most 16,384 and at least 60 updates a run
 */
public record DataOptions(int epochs, int maxSteps, int seqLen, int batchTokens) {
    private static final int USUAL_SEQ_LEN = 2048;
    private static final int MOST_BATCH_TOKENS = 16_384;
    private static final int LEAST_STEPS = 60;

    /** Throws {@link dev.kaiaku.dataset.BadInputException} for a value out of range, naming its option. */
    public DataOptions {
        Range.atLeast("epochs", epochs, 1);
        Range.atLeast("max-steps", maxSteps, 0);
        Range.atLeast("seq-len", seqLen, seqLen == 0 ? 0 : 2);
        Range.atLeast("batch-tokens", batchTokens, 0);
    }

    /**
     * Tokens of a row for a base with this context.
     *
     * @throws dev.kaiaku.dataset.BadInputException where more were asked for than the base can take
     */
    public int seqLen(int contextLength) {
        Range.require(
                "seq-len", seqLen, seqLen <= contextLength, "at most " + contextLength + ", the context of the base");
        return seqLen == 0 ? Math.min(USUAL_SEQ_LEN, contextLength) : seqLen;
    }

    /** Tokens of an update where a pass over the examples has {@code tokens}. */
    public int batchTokens(long tokens) {
        return batchTokens > 0
                ? batchTokens
                : (int) Math.max(1, Math.min(MOST_BATCH_TOKENS, tokens * epochs / LEAST_STEPS));
    }
}
