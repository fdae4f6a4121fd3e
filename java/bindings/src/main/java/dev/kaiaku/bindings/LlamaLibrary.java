package dev.kaiaku.bindings;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The functions of ggml.h and llama.h (release b4916) that java-llama.cpp's library exports and we call. C's
 * {@code bool} is one byte; {@code size_t} and {@code int64_t} are {@code long}; names are llama.cpp's.
 */
interface LlamaLibrary extends Library {

    /** The library, extracted and loaded, with its log silenced and its tables filled. */
    static LlamaLibrary load() {
        return Loaded.LIBRARY;
    }

    /** {@code GGML_LOG_LEVEL_ERROR}. */
    int LOG_LEVEL_ERROR = 4;

    void llama_backend_init();

    void llama_log_set(@Nullable LogCallback callback, @Nullable Pointer userData);

    ModelParams llama_model_default_params();

    ContextParams llama_context_default_params();

    @Nullable Pointer llama_model_load_from_file(String path, ModelParams params);

    void llama_model_free(Pointer model);

    @Nullable Pointer llama_init_from_model(Pointer model, ContextParams params);

    void llama_free(Pointer context);

    Pointer llama_model_get_vocab(Pointer model);

    int llama_vocab_n_tokens(Pointer vocab);

    /** @return the number of tokens, or the negated number that did not fit into {@code max} */
    int llama_tokenize(
            Pointer vocab, byte[] text, int textLength, int[] tokens, int max, byte addSpecial, byte parseSpecial);

    /**
     * Renders messages by one of the templates that llama.cpp recognises; {@code template} is the Jinja text to
     * recognise.
     *
     * @return bytes of the whole text, of which at most {@code length} are in {@code buffer}, or a negative number
     */
    int llama_chat_apply_template(
            String template, ChatMessage[] messages, long count, byte addAssistant, byte[] buffer, int length);

    @Nullable Pointer llama_adapter_lora_init(Pointer model, String path);

    void llama_adapter_lora_free(Pointer adapter);

    int llama_set_adapter_lora(Pointer context, Pointer adapter, float scale);

    Batch llama_batch_init(int tokens, int embeddings, int maxSequences);

    void llama_batch_free(Batch batch);

    int llama_decode(Pointer context, Batch batch);

    void llama_kv_self_clear(Pointer context);

    @Nullable Pointer llama_get_logits_ith(Pointer context, int index);

    long ggml_row_size(int type, long columns);

    /** Thread-safe for disjoint rows; values and destination are whole tensors, start the first value's index. */
    long ggml_quantize_chunk(
            int type,
            FloatBuffer values,
            ByteBuffer destination,
            long start,
            long rows,
            long columns,
            @Nullable FloatBuffer importance);

    void dequantize_row_q4_0(ByteBuffer data, FloatBuffer values, long count);

    void dequantize_row_q4_1(ByteBuffer data, FloatBuffer values, long count);

    void dequantize_row_q5_0(ByteBuffer data, FloatBuffer values, long count);

    void dequantize_row_q5_1(ByteBuffer data, FloatBuffer values, long count);

    void dequantize_row_q8_0(ByteBuffer data, FloatBuffer values, long count);

    void dequantize_row_q3_K(ByteBuffer data, FloatBuffer values, long count);

    void dequantize_row_q4_K(ByteBuffer data, FloatBuffer values, long count);

    void dequantize_row_q5_K(ByteBuffer data, FloatBuffer values, long count);

    void dequantize_row_q6_K(ByteBuffer data, FloatBuffer values, long count);

    void dequantize_row_iq4_nl(ByteBuffer data, FloatBuffer values, long count);

    /** {@code ggml_log_callback}; must not throw. */
    interface LogCallback extends Callback {
        void log(int level, String text, @Nullable Pointer userData);
    }

    /** {@code llama_chat_message}. */
    @FieldOrder({"role", "content"})
    final class ChatMessage extends Structure {
        public @Nullable String role;
        public @Nullable String content;
    }

    /** {@code llama_model_params}. */
    @FieldOrder({
        "devices",
        "n_gpu_layers",
        "split_mode",
        "main_gpu",
        "tensor_split",
        "progress_callback",
        "progress_callback_user_data",
        "kv_overrides",
        "vocab_only",
        "use_mmap",
        "use_mlock",
        "check_tensors"
    })
    final class ModelParams extends Structure implements Structure.ByValue {
        public @Nullable Pointer devices;
        public int n_gpu_layers;
        public int split_mode;
        public int main_gpu;
        public @Nullable Pointer tensor_split;
        public @Nullable Pointer progress_callback;
        public @Nullable Pointer progress_callback_user_data;
        public @Nullable Pointer kv_overrides;
        public byte vocab_only;
        public byte use_mmap;
        public byte use_mlock;
        public byte check_tensors;
    }

    /** {@code llama_context_params}. */
    @FieldOrder({
        "n_ctx",
        "n_batch",
        "n_ubatch",
        "n_seq_max",
        "n_threads",
        "n_threads_batch",
        "rope_scaling_type",
        "pooling_type",
        "attention_type",
        "rope_freq_base",
        "rope_freq_scale",
        "yarn_ext_factor",
        "yarn_attn_factor",
        "yarn_beta_fast",
        "yarn_beta_slow",
        "yarn_orig_ctx",
        "defrag_thold",
        "cb_eval",
        "cb_eval_user_data",
        "type_k",
        "type_v",
        "logits_all",
        "embeddings",
        "offload_kqv",
        "flash_attn",
        "no_perf",
        "abort_callback",
        "abort_callback_data"
    })
    final class ContextParams extends Structure implements Structure.ByValue {
        public int n_ctx;
        public int n_batch;
        public int n_ubatch;
        public int n_seq_max;
        public int n_threads;
        public int n_threads_batch;
        public int rope_scaling_type;
        public int pooling_type;
        public int attention_type;
        public float rope_freq_base;
        public float rope_freq_scale;
        public float yarn_ext_factor;
        public float yarn_attn_factor;
        public float yarn_beta_fast;
        public float yarn_beta_slow;
        public int yarn_orig_ctx;
        public float defrag_thold;
        public @Nullable Pointer cb_eval;
        public @Nullable Pointer cb_eval_user_data;
        public int type_k;
        public int type_v;
        public byte logits_all;
        public byte embeddings;
        public byte offload_kqv;
        public byte flash_attn;
        public byte no_perf;
        public @Nullable Pointer abort_callback;
        public @Nullable Pointer abort_callback_data;
    }

    /** {@code llama_batch}; the arrays are native memory of llama_batch_init. */
    @FieldOrder({"n_tokens", "token", "embd", "pos", "n_seq_id", "seq_id", "logits"})
    final class Batch extends Structure implements Structure.ByValue {
        public int n_tokens;
        public @Nullable Pointer token;
        public @Nullable Pointer embd;
        public @Nullable Pointer pos;
        public @Nullable Pointer n_seq_id;
        public @Nullable Pointer seq_id;
        public @Nullable Pointer logits;
    }

    /** Loads on first use and keeps what native code points at. */
    final class Loaded {
        /** The first error that llama.cpp logged on each thread since it was removed; its log goes nowhere else. */
        static final ThreadLocal<@Nullable String> FIRST_ERROR = new ThreadLocal<>();

        private static final LogCallback LOG = (level, text, userData) -> {
            if (level == LOG_LEVEL_ERROR && FIRST_ERROR.get() == null) {
                FIRST_ERROR.set(text.strip());
            }
        };

        static final LlamaLibrary LIBRARY = load();

        private Loaded() {}

        private static LlamaLibrary load() {
            LlamaLibrary library =
                    Native.load(LlamaBinary.file().toString(), LlamaLibrary.class, LoadOptions.of(Platform.current()));
            library.llama_log_set(LOG, null);
            // Fills ggml's table of half-precision values; without it quantisation rounds wrongly.
            library.llama_backend_init();
            return library;
        }
    }
}
