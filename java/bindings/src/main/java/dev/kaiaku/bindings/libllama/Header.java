package dev.kaiaku.bindings.libllama;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import org.jspecify.annotations.Nullable;

/**
 * The functions of llama.h and ggml-backend.h, release 0.5, that we call. C's {@code bool} is one byte; {@code size_t}
 * is {@code long}; names are llama.cpp's. A struct that the library returns has room behind its fields, so that one of
 * another size is seen by its values instead of overwriting memory; what is passed may be longer than what is read.
 */
@SuppressWarnings("MemberName")
interface Header extends Library {
    /** {@code GGML_LOG_LEVEL_ERROR}. */
    int LOG_LEVEL_ERROR = 4;

    int ROOM = 256;

    String llama_version();

    void llama_backend_init();

    void ggml_backend_load_all_from_path(String folder);

    long ggml_backend_dev_count();

    Pointer ggml_backend_dev_get(long index);

    String ggml_backend_dev_description(Pointer device);

    int ggml_backend_dev_type(Pointer device);

    void llama_log_set(LogCallback callback, @Nullable Pointer userData);

    ModelParams llama_model_default_params();

    ContextParams llama_context_default_params();

    @Nullable Pointer llama_model_load_from_file(String path, ModelParams params);

    void llama_model_free(Pointer model);

    @Nullable Pointer llama_init_from_model(Pointer model, ContextParams params);

    void llama_free(Pointer context);

    int llama_n_ctx_seq(Pointer context);

    Pointer llama_get_memory(Pointer context);

    void llama_memory_clear(Pointer memory, byte data);

    byte llama_memory_seq_rm(Pointer memory, int sequence, int from, int to);

    @Nullable Pointer llama_adapter_lora_init(Pointer model, String path);

    int llama_set_adapters_lora(Pointer context, @Nullable Pointer[] adapters, long count, float[] scales);

    Pointer llama_model_get_vocab(Pointer model);

    int llama_vocab_n_tokens(Pointer vocab);

    byte llama_vocab_is_eog(Pointer vocab, int token);

    byte llama_vocab_get_add_bos(Pointer vocab);

    int llama_vocab_bos(Pointer vocab);

    /** @return the number of tokens, or the negated number that did not fit into {@code max} */
    int llama_tokenize(
            Pointer vocab, byte[] text, int textLength, int[] tokens, int max, byte addSpecial, byte parseSpecial);

    /** @return the number of bytes, or the negated number that did not fit into {@code max} */
    int llama_token_to_piece(Pointer vocab, int token, byte[] piece, int max, int lstrip, byte special);

    Batch llama_batch_init(int tokens, int embeddings, int maxSequences);

    void llama_batch_free(Batch batch);

    int llama_decode(Pointer context, Batch batch);

    Pointer llama_sampler_chain_init(SamplerParams params);

    void llama_sampler_chain_add(Pointer chain, Pointer sampler);

    Pointer llama_sampler_init_greedy();

    Pointer llama_sampler_init_dist(int seed);

    Pointer llama_sampler_init_top_k(int k);

    Pointer llama_sampler_init_top_p(float p, long minKeep);

    Pointer llama_sampler_init_min_p(float p, long minKeep);

    Pointer llama_sampler_init_temp(float temperature);

    Pointer llama_sampler_init_penalties(int vocab, int lastTokens, float repeat, float frequency, float presence);

    void llama_sampler_accept(Pointer sampler, int token);

    int llama_sampler_sample(Pointer sampler, Pointer context, int index);

    void llama_sampler_free(Pointer sampler);

    /** {@code ggml_log_callback}; must not throw. */
    interface LogCallback extends Callback {
        void log(int level, String text, @Nullable Pointer userData);
    }

    /** {@code llama_sampler_chain_params}. */
    @FieldOrder("no_perf")
    final class SamplerParams extends Structure implements Structure.ByValue {
        public byte no_perf = 1;
    }

    /** {@code llama_model_params}. */
    @FieldOrder({
        "devices",
        "tensor_buft_overrides",
        "n_gpu_layers",
        "split_mode",
        "load_mode",
        "lazy_mode",
        "main_gpu",
        "tensor_split",
        "progress_callback",
        "progress_callback_user_data",
        "kv_overrides",
        "vocab_only",
        "check_tensors",
        "use_extra_bufts",
        "no_host",
        "no_alloc",
        "load_mtp",
        "room"
    })
    final class ModelParams extends Structure implements Structure.ByValue {
        public @Nullable Pointer devices;
        public @Nullable Pointer tensor_buft_overrides;
        public int n_gpu_layers;
        public int split_mode;
        public int load_mode;
        public int lazy_mode;
        public int main_gpu;
        public @Nullable Pointer tensor_split;
        public @Nullable Pointer progress_callback;
        public @Nullable Pointer progress_callback_user_data;
        public @Nullable Pointer kv_overrides;
        public byte vocab_only;
        public byte check_tensors;
        public byte use_extra_bufts;
        public byte no_host;
        public byte no_alloc;
        public byte load_mtp;
        public byte[] room = new byte[ROOM];
    }

    /** {@code llama_context_params}. */
    @FieldOrder({
        "n_ctx",
        "n_batch",
        "n_ubatch",
        "n_seq_max",
        "n_rs_seq",
        "n_outputs_max",
        "n_outputs_max_per_seq",
        "n_threads",
        "n_threads_batch",
        "ctx_type",
        "rope_scaling_type",
        "pooling_type",
        "attention_type",
        "flash_attn_type",
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
        "abort_callback",
        "abort_callback_data",
        "embeddings",
        "offload_kqv",
        "no_perf",
        "op_offload",
        "swa_full",
        "kv_unified",
        "samplers",
        "n_samplers",
        "ctx_other",
        "room"
    })
    final class ContextParams extends Structure implements Structure.ByValue {
        public int n_ctx;
        public int n_batch;
        public int n_ubatch;
        public int n_seq_max;
        public int n_rs_seq;
        public int n_outputs_max;
        public int n_outputs_max_per_seq;
        public int n_threads;
        public int n_threads_batch;
        public int ctx_type;
        public int rope_scaling_type;
        public int pooling_type;
        public int attention_type;
        public int flash_attn_type;
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
        public @Nullable Pointer abort_callback;
        public @Nullable Pointer abort_callback_data;
        public byte embeddings;
        public byte offload_kqv;
        public byte no_perf;
        public byte op_offload;
        public byte swa_full;
        public byte kv_unified;
        public @Nullable Pointer samplers;
        public long n_samplers;
        public @Nullable Pointer ctx_other;
        public byte[] room = new byte[ROOM];
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
}
