package dev.kaiaku.bindings;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.FloatByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** kaiaku.h, function by function and in its order; the header is the manual. Buffers are read from position 0. */
@SuppressWarnings("MemberName")
interface KaiakuLibrary extends Library {
    int ABI_VERSION = 4;

    interface LogFunction extends Callback {
        void invoke(@Nullable Pointer user, int level, String text);
    }

    @Structure.FieldOrder({
        "struct_size",
        "compute_major",
        "compute_minor",
        "reserved",
        "total_bytes",
        "free_bytes",
        "name"
    })
    class DeviceInfo extends Structure {
        public int struct_size;
        public int compute_major;
        public int compute_minor;
        public int reserved;
        public long total_bytes;
        public long free_bytes;
        public byte[] name = new byte[128];

        DeviceInfo() {
            struct_size = size();
        }
    }

    @Structure.FieldOrder({
        "struct_size",
        "device",
        "weights",
        "table_weights",
        "n_layers",
        "hidden_size",
        "intermediate_size",
        "n_heads",
        "n_kv_heads",
        "head_dim",
        "vocab_size",
        "tied_embeddings",
        "attention_bias",
        "output_bias",
        "qk_norm",
        "post_norms",
        "activation",
        "sliding_window",
        "host_embedding",
        "rms_norm_eps",
        "embedding_scale",
        "attention_scale",
        "local_layers"
    })
    class ModelConfig extends Structure {
        public int struct_size = size();
        public int device;
        public int weights;
        public int table_weights;
        public int n_layers;
        public int hidden_size;
        public int intermediate_size;
        public int n_heads;
        public int n_kv_heads;
        public int head_dim;
        public int vocab_size;
        public int tied_embeddings;
        public int attention_bias;
        public int output_bias;
        public int qk_norm;
        public int post_norms;
        public int activation;
        public int sliding_window;
        public int host_embedding;
        public float rms_norm_eps;
        public float embedding_scale;
        public float attention_scale;
        public @Nullable Pointer local_layers;
    }

    @Structure.FieldOrder({
        "struct_size",
        "block_size",
        "nested_block_size",
        "nested_offset",
        "quant_map",
        "packed",
        "absmax",
        "nested_absmax",
        "nested_quant_map"
    })
    class Nf4 extends Structure {
        public int struct_size = size();
        public int block_size;
        public int nested_block_size;
        public float nested_offset;
        public @Nullable Pointer quant_map;
        public @Nullable Pointer packed;
        public @Nullable Pointer absmax;
        public @Nullable Pointer nested_absmax;
        public @Nullable Pointer nested_quant_map;
    }

    @Structure.FieldOrder({
        "struct_size",
        "rank",
        "targets",
        "max_tokens",
        "kept_layers",
        "n_threads",
        "compute",
        "offload",
        "cached_layers",
        "reserved",
        "scaling",
        "beta1",
        "beta2",
        "eps",
        "weight_decay",
        "max_grad_norm",
        "dropout",
        "lr_ratio_b",
        "seed"
    })
    class TrainerOptions extends Structure {
        public int struct_size = size();
        public int rank;
        public int targets;
        public int max_tokens;
        public int kept_layers;
        public int n_threads;
        public int compute;
        public int offload;
        public int cached_layers;
        public int reserved;
        public float scaling;
        public float beta1;
        public float beta2;
        public float eps;
        public float weight_decay;
        public float max_grad_norm;
        public float dropout;
        public float lr_ratio_b;
        public long seed;
    }

    @Structure.FieldOrder({"struct_size", "n_slots", "slot_tokens", "n_threads", "compute", "use_adapter"})
    class DecoderOptions extends Structure {
        public int struct_size = size();
        public int n_slots;
        public int slot_tokens;
        public int n_threads;
        public int compute;
        public int use_adapter;
    }

    @Structure.FieldOrder({
        "struct_size",
        "reserved",
        "weights",
        "adapter",
        "optimizer",
        "activations",
        "workspace",
        "host"
    })
    class Memory extends Structure {
        public int struct_size = size();
        public int reserved;
        public long weights;
        public long adapter;
        public long optimizer;
        public long activations;
        public long workspace;
        public long host;
    }

    int kaiaku_abi_version();

    String kaiaku_build_info();

    String kaiaku_status_name(int status);

    String kaiaku_last_error();

    int kaiaku_preferred_compute(IntByReference compute);

    int kaiaku_set_log(@Nullable LogFunction log, @Nullable Pointer user);

    int kaiaku_device_count(IntByReference count);

    int kaiaku_device_get(int index, DeviceInfo info);

    int kaiaku_model_create(@Nullable ModelConfig config, @Nullable PointerByReference model);

    int kaiaku_model_set_rows(
            Pointer model,
            String name,
            int type,
            int n_dims,
            long[] shape,
            long first_row,
            long n_rows,
            ByteBuffer data,
            long n_bytes);

    int kaiaku_model_set_nf4(Pointer model, String name, int n_dims, long[] shape, Nf4 nf4);

    int kaiaku_model_get_nf4(
            Pointer model,
            String name,
            byte[] packed,
            long n_packed,
            byte[] absmax,
            long n_absmax,
            float[] nested_absmax,
            long n_nested_absmax,
            FloatByReference nested_offset);

    int kaiaku_model_seal(Pointer model);

    int kaiaku_model_memory(Pointer model, LongByReference bytes);

    void kaiaku_model_free(@Nullable Pointer model);

    int kaiaku_plan_memory(ModelConfig config, TrainerOptions options, Memory memory);

    int kaiaku_trainer_create(Pointer model, TrainerOptions options, PointerByReference trainer);

    int kaiaku_trainer_accumulate(
            Pointer trainer,
            int[] tokens,
            byte[] learn,
            int n_tokens,
            int[] cu_seqlens,
            int n_sequences,
            DoubleByReference loss_sum,
            LongByReference n_targets);

    int kaiaku_trainer_update(Pointer trainer, float lr, FloatByReference grad_norm);

    int kaiaku_trainer_evaluate(
            Pointer trainer,
            int[] tokens,
            byte[] learn,
            int n_tokens,
            int[] cu_seqlens,
            int n_sequences,
            int use_adapter,
            float[] token_nll);

    int kaiaku_trainer_logits(
            Pointer trainer,
            int[] tokens,
            int n_tokens,
            int[] cu_seqlens,
            int n_sequences,
            int use_adapter,
            float[] logits);

    int kaiaku_trainer_hidden(
            Pointer trainer,
            int[] tokens,
            int n_tokens,
            int[] cu_seqlens,
            int n_sequences,
            int use_adapter,
            int layer,
            float[] hidden);

    int kaiaku_trainer_get_tensor(Pointer trainer, int state, String name, float[] values, long n);

    int kaiaku_trainer_set_tensor(Pointer trainer, int state, String name, float[] values, long n);

    int kaiaku_trainer_get_step(Pointer trainer, LongByReference step);

    int kaiaku_trainer_set_step(Pointer trainer, long step);

    int kaiaku_trainer_collect_squares(Pointer trainer, int on);

    int kaiaku_trainer_get_squares(Pointer trainer, String linear, float[] sums, long n, LongByReference n_tokens);

    int kaiaku_trainer_memory(Pointer trainer, Memory memory);

    void kaiaku_trainer_free(@Nullable Pointer trainer);

    int kaiaku_decoder_create(
            Pointer model, @Nullable Pointer trainer, DecoderOptions options, PointerByReference decoder);

    int kaiaku_decoder_prefill(Pointer decoder, int slot, int n_past, int[] tokens, int n_tokens, float[] logits);

    int kaiaku_decoder_fork(Pointer decoder, int from, int to, int n_tokens);

    int kaiaku_decoder_step(Pointer decoder, int[] slots, int[] tokens, int n, float[] logits);

    int kaiaku_decoder_memory(Pointer decoder, LongByReference bytes);

    void kaiaku_decoder_free(@Nullable Pointer decoder);

    int kaiaku_merge_rows(
            int type,
            ByteBuffer rows,
            long n_rows,
            long n_cols,
            @Nullable FloatBuffer b,
            @Nullable FloatBuffer a,
            int rank,
            float scale,
            FloatBuffer values);
}
