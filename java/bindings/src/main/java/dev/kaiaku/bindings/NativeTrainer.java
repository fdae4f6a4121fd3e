package dev.kaiaku.bindings;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.FloatByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter with its gradients and optimiser; {@code kaiaku_trainer}. Borrows its model: close this first.
 * For one thread at a time.
 */
public final class NativeTrainer implements AutoCloseable {
    /** What {@link #getTensor} and {@link #setTensor} reach of a LoRA matrix; {@code KAIAKU_STATE_*}. */
    public enum State {
        WEIGHT(0),
        /** Sum over the targets accumulated so far. */
        GRADIENT(1),
        ADAM_M(2),
        ADAM_V(3);

        private final int code;

        State(int code) {
            this.code = code;
        }
    }

    private final NativeModelConfig config;
    private @Nullable Pointer handle;

    private NativeTrainer(NativeModelConfig config, Pointer handle) {
        this.config = config;
        this.handle = handle;
    }

    /**
     * A trainer whose LoRA weights are all zero.
     *
     * @throws NativeException INVALID_ARGUMENT for an option, WRONG_ORDER for a model that is not sealed,
     *     OUT_OF_MEMORY
     */
    public static NativeTrainer create(NativeModel model, NativeTrainerOptions options) {
        PointerByReference handle = new PointerByReference();
        Kaiaku.check(Kaiaku.library().kaiaku_trainer_create(model.handle(), options.toStruct(), handle));
        return new NativeTrainer(model.config(), handle.getValue());
    }

    /**
     * Forward and backward with the adapter; adds to the gradients.
     *
     * @throws NativeException NOT_FINITE, or INVALID_ARGUMENT for a batch that is too large or a token out of range
     */
    public NativeLoss accumulate(NativeBatch batch) {
        DoubleByReference sum = new DoubleByReference();
        LongByReference targets = new LongByReference();
        Kaiaku.check(Kaiaku.library()
                .kaiaku_trainer_accumulate(
                        handle(),
                        batch.tokens(),
                        batch.learn(),
                        batch.tokens().length,
                        batch.cuSeqlens(),
                        batch.sequences(),
                        sum,
                        targets));
        return new NativeLoss(sum.getValue(), targets.getValue());
    }

    /**
     * One AdamW step on the gradients divided by the number of targets accumulated; clears both.
     *
     * @return the norm of the gradient before clipping
     * @throws NativeException NOT_FINITE; no weight has changed then
     */
    public float update(float lr) {
        FloatByReference norm = new FloatByReference();
        Kaiaku.check(Kaiaku.library().kaiaku_trainer_update(handle(), lr, norm));
        return norm.getValue();
    }

    /** -log p [T] of each token that counts, 0 for the rest. */
    public float[] evaluate(NativeBatch batch, boolean useAdapter) {
        float[] nll = new float[batch.tokens().length];
        Kaiaku.check(Kaiaku.library()
                .kaiaku_trainer_evaluate(
                        handle(),
                        batch.tokens(),
                        batch.learn(),
                        batch.tokens().length,
                        batch.cuSeqlens(),
                        batch.sequences(),
                        useAdapter ? 1 : 0,
                        nll));
        return nll;
    }

    /** Logits [T, V] of every row. */
    public float[] logits(NativeBatch batch, boolean useAdapter) {
        float[] logits = new float[Math.multiplyExact(batch.tokens().length, config.vocabSize())];
        Kaiaku.check(Kaiaku.library()
                .kaiaku_trainer_logits(
                        handle(),
                        batch.tokens(),
                        batch.tokens().length,
                        batch.cuSeqlens(),
                        batch.sequences(),
                        useAdapter ? 1 : 0,
                        logits));
        return logits;
    }

    /** Hidden states [T, D] after a layer; 0: the embedding, the number of layers: after the final norm. */
    public float[] hidden(NativeBatch batch, boolean useAdapter, int layer) {
        float[] hidden = new float[Math.multiplyExact(batch.tokens().length, config.hiddenSize())];
        Kaiaku.check(Kaiaku.library()
                .kaiaku_trainer_hidden(
                        handle(),
                        batch.tokens(),
                        batch.tokens().length,
                        batch.cuSeqlens(),
                        batch.sequences(),
                        useAdapter ? 1 : 0,
                        layer,
                        hidden));
        return hidden;
    }

    /**
     * Copies one LoRA matrix out.
     *
     * @param name the linear's with {@code .lora_A.weight} [R, in] or {@code .lora_B.weight} [out, R]
     * @param values as many as the matrix has
     */
    public void getTensor(State state, String name, float[] values) {
        Kaiaku.check(Kaiaku.library().kaiaku_trainer_get_tensor(handle(), state.code, name, values, values.length));
    }

    /** Copies one LoRA matrix in; the counterpart of {@link #getTensor}. */
    public void setTensor(State state, String name, float[] values) {
        Kaiaku.check(Kaiaku.library().kaiaku_trainer_set_tensor(handle(), state.code, name, values, values.length));
    }

    /** Number of updates done. */
    public long step() {
        LongByReference step = new LongByReference();
        Kaiaku.check(Kaiaku.library().kaiaku_trainer_get_step(handle(), step));
        return step.getValue();
    }

    /** Sets the number of updates done, which AdamW's bias correction depends on. */
    public void setStep(long step) {
        Kaiaku.check(Kaiaku.library().kaiaku_trainer_set_step(handle(), step));
    }

    /** Clears the sums of squares and lets {@link #evaluate} add to them, or stops and frees them. */
    public void collectSquares(boolean on) {
        Kaiaku.check(Kaiaku.library().kaiaku_trainer_collect_squares(handle(), on ? 1 : 0));
    }

    /**
     * Copies out the sums of x^2 over all tokens, for each channel of a linear's input.
     *
     * @param linear such as {@code model.layers.0.self_attn.q_proj}
     * @param sums as many as the linear has inputs
     * @return the number of tokens
     */
    public long squares(String linear, float[] sums) {
        LongByReference tokens = new LongByReference();
        Kaiaku.check(Kaiaku.library().kaiaku_trainer_get_squares(handle(), linear, sums, sums.length, tokens));
        return tokens.getValue();
    }

    public NativeMemory memory() {
        KaiakuLibrary.Memory memory = new KaiakuLibrary.Memory();
        Kaiaku.check(Kaiaku.library().kaiaku_trainer_memory(handle(), memory));
        return NativeMemory.of(memory);
    }

    /** Closing twice is harmless. */
    @Override
    public void close() {
        if (handle != null) {
            Kaiaku.library().kaiaku_trainer_free(handle);
            handle = null;
        }
    }

    Pointer handle() {
        if (handle == null) {
            throw new IllegalStateException("the trainer is closed");
        }
        return handle;
    }
}
