package dev.kaiaku.bindings;

/**
 * Sequences packed end to end; each sees only itself and its positions start at 0.
 *
 * @param tokens [T]
 * @param learn [T], 1 where the prediction of this token counts; the first of a sequence never does
 * @param cuSeqlens [S+1]: sequence i is {@code tokens[cuSeqlens[i] .. cuSeqlens[i + 1])}
 */
public record NativeBatch(int[] tokens, byte[] learn, int[] cuSeqlens) {
    public NativeBatch {
        if (learn.length != tokens.length) {
            throw new IllegalArgumentException(learn.length + " learn marks for " + tokens.length + " tokens");
        }
        if (cuSeqlens.length < 2) {
            throw new IllegalArgumentException("a batch needs a sequence");
        }
    }

    int sequences() {
        return cuSeqlens.length - 1;
    }
}
