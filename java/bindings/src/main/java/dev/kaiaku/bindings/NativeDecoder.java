package dev.kaiaku.bindings;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * Several conversations continued token by token; {@code kaiaku_decoder}. Borrows its model and trainer: close this
 * first. For one thread at a time, and while no other thread uses the trainer.
 */
public final class NativeDecoder implements AutoCloseable {
    private final int vocabSize;
    private @Nullable Pointer handle;

    private NativeDecoder(int vocabSize, Pointer handle) {
        this.vocabSize = vocabSize;
        this.handle = handle;
    }

    /**
     * What a decoder is made with; {@code kaiaku_decoder_options}.
     *
     * @param slots conversations held at once
     * @param slotTokens positions that a slot can hold
     * @param threads 0: all processors
     */
    public record Options(int slots, int slotTokens, int threads, NativeCompute compute) {}

    /**
     * A decoder with empty slots.
     *
     * @param trainer whose adapter is used, as it is at each call; null: the base alone
     * @throws NativeException INVALID_ARGUMENT for an option, WRONG_ORDER for a model that is not sealed, OUT_OF_MEMORY
     */
    public static NativeDecoder create(NativeModel model, @Nullable NativeTrainer trainer, Options options) {
        KaiakuLibrary.DecoderOptions struct = new KaiakuLibrary.DecoderOptions();
        struct.n_slots = options.slots();
        struct.slot_tokens = options.slotTokens();
        struct.n_threads = options.threads();
        struct.compute = options.compute().code();
        struct.use_adapter = trainer == null ? 0 : 1;
        PointerByReference handle = new PointerByReference();
        @Nullable Pointer adapter = trainer == null ? null : trainer.handle();
        Kaiaku.check(Kaiaku.library().kaiaku_decoder_create(model.handle(), adapter, struct, handle));
        return new NativeDecoder(model.config().vocabSize(), handle.getValue());
    }

    /** Empties a slot and runs a prompt in it; the logits [V] of its last token. */
    public float[] prefill(int slot, int[] tokens) {
        return prefill(slot, 0, tokens);
    }

    /**
     * Runs tokens after the first ones that a slot holds, and forgets the others.
     *
     * @param past how many of those it holds to keep
     * @return the logits [V] of the last token
     */
    public float[] prefill(int slot, int past, int[] tokens) {
        float[] logits = new float[vocabSize];
        Kaiaku.check(Kaiaku.library().kaiaku_decoder_prefill(handle(), slot, past, tokens, tokens.length, logits));
        return logits;
    }

    /** Lets a slot hold the first {@code length} tokens of another one, and nothing else. */
    public void fork(int from, int to, int length) {
        Kaiaku.check(Kaiaku.library().kaiaku_decoder_fork(handle(), from, to, length));
    }

    /**
     * One more token in each of several different slots.
     *
     * @param slots that hold a prompt and have room
     * @param tokens one for each slot
     * @return logits [n, V] in the order of slots
     */
    public float[] step(int[] slots, int[] tokens) {
        if (slots.length != tokens.length) {
            throw new IllegalArgumentException(tokens.length + " tokens for " + slots.length + " slots");
        }
        float[] logits = new float[Math.multiplyExact(slots.length, vocabSize)];
        Kaiaku.check(Kaiaku.library().kaiaku_decoder_step(handle(), slots, tokens, slots.length, logits));
        return logits;
    }

    /** Bytes held, the model's and trainer's not counted. */
    public long memory() {
        LongByReference bytes = new LongByReference();
        Kaiaku.check(Kaiaku.library().kaiaku_decoder_memory(handle(), bytes));
        return bytes.getValue();
    }

    /** Closing twice is harmless. */
    @Override
    public void close() {
        if (handle != null) {
            Kaiaku.library().kaiaku_decoder_free(handle);
            handle = null;
        }
    }

    private Pointer handle() {
        if (handle == null) {
            throw new IllegalStateException("the decoder is closed");
        }
        return handle;
    }
}
