package dev.kaiaku.bindings.libllama;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import dev.kaiaku.bindings.NativeException;
import org.jspecify.annotations.Nullable;

/**
 * What libllama remembers of a few token sequences, and the computing of what follows. For one thread at a time, but for
 * {@link #abort}.
 */
public final class LibllamaContext implements AutoCloseable {
    private static final int ABORTED = 2;

    private final LibllamaModel model;
    private final Header functions;
    private final int batchTokens;
    private @Nullable Pointer context;
    private final Header.Batch batch;
    private final Pointer memory;
    /** A text of one byte once what is computed should end, else an empty one. */
    private final Memory aborted = new Memory(2);

    /**
     * The sizes of a context.
     *
     * @param tokens of one sequence
     * @param sequences remembered side by side
     * @param batchTokens most tokens of one {@link #decode}
     * @param flashAttention -1 as libllama chooses, 0 off, 1 on
     * @param kvType ggml's id of the type of keys and values
     */
    public record Sizes(int tokens, int sequences, int batchTokens, int threads, int flashAttention, int kvType) {}

    /**
     * Makes a context.
     *
     * @throws NativeException with llama.cpp's reason, mostly that memory does not suffice
     */
    public LibllamaContext(LibllamaModel model, Sizes sizes) {
        this.model = model;
        this.functions = model.functions();
        this.batchTokens = sizes.batchTokens();
        Header.ContextParams params = functions.llama_context_default_params();
        params.n_ctx = sizes.tokens() * sizes.sequences();
        params.n_seq_max = sizes.sequences();
        params.n_batch = batchTokens;
        params.n_ubatch = batchTokens;
        params.n_threads = sizes.threads();
        params.n_threads_batch = sizes.threads();
        params.flash_attn_type = sizes.flashAttention();
        params.type_k = sizes.kvType();
        params.type_v = sizes.kvType();
        aborted.clear();
        // Asked between the operations of a step, a thousand times: C's strlen needs no Java.
        params.abort_callback = NativeLibrary.getProcess().getFunction("strlen");
        params.abort_callback_data = aborted;
        Libllama.forgetError();
        context = functions.llama_init_from_model(model.pointer(), params);
        if (context == null) {
            throw Libllama.failure("libllama cannot make a context of " + sizes.sequences() + " x " + sizes.tokens()
                    + " tokens; ask for fewer");
        }
        memory = functions.llama_get_memory(context);
        batch = functions.llama_batch_init(batchTokens, 0, 1);
    }

    /** How many tokens one sequence may have. */
    public int sequenceTokens() {
        return functions.llama_n_ctx_seq(pointer());
    }

    /** Applies the model's adapter with a factor from the next {@link #decode} on; what is remembered stays as it is. */
    public void strength(double factor) {
        int count = factor == 0 ? 0 : 1;
        int status = functions.llama_set_adapters_lora(
                pointer(), new Pointer[] {model.adapter()}, count, new float[] {(float) factor});
        if (status != 0) {
            throw Libllama.failure("libllama cannot apply the adapter (status " + status + ")");
        }
    }

    /**
     * Forgets the tokens of a sequence from a position on.
     *
     * @return false where the model can only forget whole sequences, and nothing was forgotten
     */
    public boolean forget(int sequence, int from) {
        return functions.llama_memory_seq_rm(memory, sequence, from, -1) != 0;
    }

    /** Forgets everything. */
    public void clear() {
        functions.llama_memory_clear(memory, (byte) 0);
    }

    /**
     * Puts a token into the next batch.
     *
     * @param index counted from 0 in the batch
     * @param wanted whether what follows will be sampled
     */
    public void put(int index, int token, int position, int sequence, boolean wanted) {
        if (index < 0 || index >= batchTokens) {
            throw new IllegalArgumentException("token " + index + " of a batch of " + batchTokens);
        }
        part(batch.token).setInt(4L * index, token);
        part(batch.pos).setInt(4L * index, position);
        part(batch.n_seq_id).setInt(4L * index, 1);
        part(batch.seq_id).getPointer((long) Native.POINTER_SIZE * index).setInt(0, sequence);
        part(batch.logits).setByte(index, (byte) (wanted ? 1 : 0));
    }

    /**
     * Computes the first {@code tokens} of the batch.
     *
     * @return false where it was {@linkplain #abort aborted}, and none of them is remembered
     */
    public boolean decode(int tokens) {
        batch.n_tokens = tokens;
        Libllama.forgetError();
        int status = functions.llama_decode(pointer(), batch);
        if (status != 0 && status != ABORTED) {
            throw Libllama.failure("libllama could not compute " + tokens + " tokens (status " + status + ")");
        }
        return status == 0;
    }

    /** Whether a {@link #decode} on the CPU, also one that has begun, should end at once; by any thread. */
    public void abort(boolean wanted) {
        aborted.setByte(0, (byte) (wanted ? 1 : 0));
    }

    /** Draws what follows a token of the last {@link #decode}, whose index in the batch is given. */
    public int sample(LibllamaSampler sampler, int index) {
        return functions.llama_sampler_sample(sampler.pointer(), pointer(), index);
    }

    private static Pointer part(@Nullable Pointer array) {
        if (array == null) {
            throw new IllegalStateException("llama_batch_init left an array out");
        }
        return array;
    }

    private Pointer pointer() {
        if (context == null) {
            throw new IllegalStateException("closed");
        }
        return context;
    }

    @Override
    public void close() {
        if (context != null) {
            functions.llama_batch_free(batch);
            functions.llama_free(context);
            context = null;
        }
    }
}
