/*
 * kaiaku.h: the C interface of libkaiaku, the compute half of kAIaku.
 *
 * The library trains LoRA adapters on frozen transformer weights. It opens no file, prints nothing and never
 * exits: the caller reads files, checks them, and hands over shapes and pointers.
 *
 * Calls. Every function that can fail returns int32_t: KAIAKU_OK (0) or one of the codes below. Results go
 * through out-pointers, which are untouched on failure. kaiaku_last_error() then says in one line what was
 * wrong, naming the argument or tensor.
 *
 * Ownership. Arrays are read or written during the call only; the library keeps no pointer of the caller's.
 * Each create has one free; free accepts NULL. A trainer borrows its model, a decoder its model and trainer:
 * free the borrower first.
 *
 * Threads. A handle belongs to one thread at a time, and so does a trainer with its decoders; other handles
 * may be used from different threads. Compute inside a call uses as many threads as the n_threads of its
 * handle's options says.
 *
 * Letters in shapes: T tokens of a micro-batch, S sequences in it, D hidden size, F feed-forward size,
 * H query heads, K key/value heads, E head dimension, V vocabulary, R LoRA rank, W sliding window. Matrices
 * are row-major.
 *
 * Models. The library knows features, not families: the caller turns a family into the fields of
 * kaiaku_model_config. Every model is a decoder with RMS norms, rotary positions and a gated feed-forward.
 */
#ifndef KAIAKU_H
#define KAIAKU_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define KAIAKU_API __declspec(dllexport)
#else
#define KAIAKU_API __attribute__((visibility("default")))
#endif

/* Raised whenever a signature or struct below changes; callers compare it with kaiaku_abi_version(). */
#define KAIAKU_ABI_VERSION 4

/* Status codes. */
#define KAIAKU_OK 0
#define KAIAKU_INVALID_ARGUMENT 1 /* a null, a size, a shape, a name */
#define KAIAKU_WRONG_ORDER 2      /* e.g. a tensor after seal, a trainer before it */
#define KAIAKU_OUT_OF_MEMORY 3    /* the message says how many bytes were asked for */
#define KAIAKU_UNSUPPORTED 4      /* a feature, type or device that this build does not know */
#define KAIAKU_NOT_FINITE 5       /* a NaN or infinity in a weight, the loss or the gradient norm */
#define KAIAKU_INTERNAL 6         /* a defect of the library, or of one it uses */

/* Types of tensor data; the numbers are ggml's. Quantised rows hold whole blocks: of 256 values in types with
 * K, of 32 in the others. */
#define KAIAKU_TYPE_F32 0
#define KAIAKU_TYPE_F16 1
#define KAIAKU_TYPE_Q4_0 2
#define KAIAKU_TYPE_Q4_1 3
#define KAIAKU_TYPE_Q5_0 6
#define KAIAKU_TYPE_Q5_1 7
#define KAIAKU_TYPE_Q8_0 8
#define KAIAKU_TYPE_Q4_K 12
#define KAIAKU_TYPE_Q5_K 13
#define KAIAKU_TYPE_Q6_K 14
#define KAIAKU_TYPE_BF16 30

/* How frozen matrices are kept in memory. Norms and biases are always f32. */
#define KAIAKU_WEIGHTS_F32 0
#define KAIAKU_WEIGHTS_BF16 1
#define KAIAKU_WEIGHTS_NF4 2  /* 4 bits with double quantisation, byte for byte as bitsandbytes does it */
#define KAIAKU_WEIGHTS_FILE 3 /* each matrix stays as it came and is dequantised on use */
#define KAIAKU_WEIGHTS_Q8_0 4 /* 8 bits in ggml's blocks of 32; rows hold whole blocks */

/* What matrix products are computed in; sums, LoRA weights and the optimiser are f32 always. A GPU takes
 * BF16 only. */
#define KAIAKU_COMPUTE_F32 0
#define KAIAKU_COMPUTE_BF16 1

/* Activation of the feed-forward's gate. */
#define KAIAKU_ACTIVATION_SILU 0
#define KAIAKU_ACTIVATION_GELU_TANH 1 /* GELU in its tanh form */

/* The linears that carry LoRA: a bit each. */
#define KAIAKU_TARGET_Q 1
#define KAIAKU_TARGET_K 2
#define KAIAKU_TARGET_V 4
#define KAIAKU_TARGET_O 8
#define KAIAKU_TARGET_GATE 16
#define KAIAKU_TARGET_UP 32
#define KAIAKU_TARGET_DOWN 64
#define KAIAKU_TARGET_ALL 127

/* What kaiaku_trainer_get_tensor and _set_tensor reach of a LoRA matrix. */
#define KAIAKU_STATE_WEIGHT 0
#define KAIAKU_STATE_GRADIENT 1 /* sum over the targets accumulated so far */
#define KAIAKU_STATE_ADAM_M 2
#define KAIAKU_STATE_ADAM_V 3

/* Log levels of kaiaku_log_fn. */
#define KAIAKU_LOG_INFO 0
#define KAIAKU_LOG_WARNING 1

typedef struct kaiaku_model kaiaku_model;
typedef struct kaiaku_trainer kaiaku_trainer;
typedef struct kaiaku_decoder kaiaku_decoder;

/* Receives one line of text without a newline, valid during the call; must not call back into the library. */
typedef void (*kaiaku_log_fn)(void* user, int32_t level, const char* text);

typedef struct kaiaku_device_info {
  int32_t struct_size; /* set by the caller: sizeof(kaiaku_device_info) */
  int32_t compute_major;
  int32_t compute_minor;
  int32_t reserved;
  int64_t total_bytes;
  int64_t free_bytes;
  char name[128];
} kaiaku_device_info;

typedef struct kaiaku_model_config {
  int32_t struct_size;   /* set by the caller: sizeof(kaiaku_model_config) */
  int32_t device;        /* -1: the CPU, else the index of a GPU */
  int32_t weights;       /* KAIAKU_WEIGHTS_* of the layers' matrices */
  int32_t table_weights; /* KAIAKU_WEIGHTS_* of embedding and head, not NF4 */
  int32_t n_layers;
  int32_t hidden_size;       /* D */
  int32_t intermediate_size; /* F */
  int32_t n_heads;           /* H */
  int32_t n_kv_heads;        /* K, divides H */
  int32_t head_dim;          /* E, a multiple of 8, at most 256; H*E need not equal D */
  int32_t vocab_size;        /* V */
  int32_t tied_embeddings;   /* 1: the head is the embedding, and lm_head.weight must not be set */
  int32_t attention_bias;    /* 1: q, k and v have biases */
  int32_t output_bias;       /* 1: o has a bias */
  int32_t qk_norm;           /* 1: each head of q and k is normed before it is turned by its position */
  int32_t post_norms;        /* 1: results of attention and feed-forward are normed before they are added */
  int32_t activation;        /* KAIAKU_ACTIVATION_* */
  int32_t sliding_window; /* W: a local layer's token sees the W newest, itself included; 0: none is local */
  int32_t host_embedding; /* 1: the embedding stays in the host's memory, and its rows go to the GPU with each
                             batch. 0 where it is tied, or on the CPU */
  float rms_norm_eps;
  float embedding_scale;       /* multiplies the embedding's rows; 1 */
  float attention_scale;       /* multiplies q k^T; E^-1/2 in most families */
  const uint8_t* local_layers; /* [n_layers], 1: local. Such a layer sees sliding_window tokens and turns by
                                  "rope.local.inv_freq". NULL: none. Read during the call only */
} kaiaku_model_config;

/* A matrix of a bitsandbytes 4-bit checkpoint: its bytes as the checkpoint holds them. */
typedef struct kaiaku_nf4 {
  int32_t struct_size;           /* set by the caller: sizeof(kaiaku_nf4) */
  int32_t block_size;            /* values that share an absmax: 64 */
  int32_t nested_block_size;     /* absmax values that share a nested absmax: 256; 0: absmax is not nested */
  float nested_offset;           /* added to every absmax; of nested ones only */
  const float* quant_map;        /* [16] */
  const uint8_t* packed;         /* [n/2], the first of two values in the high bits */
  const void* absmax;            /* [n/block_size]: uint8 where nested, else float */
  const float* nested_absmax;    /* [absmax values/nested_block_size, rounded up]; NULL where not nested */
  const float* nested_quant_map; /* [256]; NULL where not nested */
} kaiaku_nf4;

typedef struct kaiaku_trainer_options {
  int32_t struct_size;   /* set by the caller: sizeof(kaiaku_trainer_options) */
  int32_t rank;          /* R, 1 to min(in, out) of every target */
  int32_t targets;       /* KAIAKU_TARGET_* bits */
  int32_t max_tokens;    /* the largest T of one call; memory is taken for it at creation */
  int32_t kept_layers;   /* how many of the last layers keep everything from forward to backward; the others
                            keep their input and run again. 0 to n_layers; gradients do not depend on it */
  int32_t n_threads;     /* 0: all processors that the process may use */
  int32_t compute;       /* KAIAKU_COMPUTE_* */
  int32_t offload;       /* 1: inputs of layers that run again wait in the host's memory; on a GPU only */
  int32_t cached_layers; /* matrices that are not kept as products read them are made so again for each
                            product where this is 0; n: each layer's once for as long as it is at work, and
                            those of the last n - 1 layers once for all. 0 to n_layers + 1 */
  int32_t reserved;      /* 0 */
  float scaling;         /* s in y = W x + s B A x: alpha/r, or alpha/sqrt(r) with rsLoRA */
  float beta1;           /* AdamW; 0.9 */
  float beta2;           /* 0.999 */
  float eps;             /* 1e-8 */
  float weight_decay;    /* decoupled, applied before the step as torch does; 0 */
  float max_grad_norm;   /* global norm that gradients are clipped to; 0: no clipping */
  float dropout;    /* probability, 0 to less than 1, that a value of the input of A is zero in accumulate.
                       Linears that share an input (q, k, v; gate, up) share its mask */
  float lr_ratio_b; /* the rate of B is lr times this (LoRA+); 1 */
  uint64_t seed;    /* of dropout. The mask depends on the seed, the step, the number of calls of accumulate
                       since the last update, the layer and the place only */
} kaiaku_trainer_options;

typedef struct kaiaku_decoder_options {
  int32_t struct_size; /* set by the caller: sizeof(kaiaku_decoder_options) */
  int32_t n_slots;     /* conversations held at once */
  int32_t slot_tokens; /* positions that a slot can hold */
  int32_t n_threads;   /* 0: all processors that the process may use */
  int32_t compute;     /* KAIAKU_COMPUTE_* */
  int32_t use_adapter; /* 1: with the trainer's adapter as it is at each call; 0: the base alone */
} kaiaku_decoder_options;

typedef struct kaiaku_memory {
  int32_t struct_size; /* set by the caller: sizeof(kaiaku_memory) */
  int32_t reserved;
  int64_t weights;     /* frozen weights of the model */
  int64_t adapter;     /* LoRA weights and their gradients */
  int64_t optimizer;   /* AdamW moments */
  int64_t activations; /* what is kept from forward to backward */
  int64_t workspace;   /* buffers reused by every layer, logits chunk included */
  int64_t host;        /* of the host's memory, beside a GPU: embedding and offloaded inputs */
} kaiaku_memory;

/* ---- Library ---- */

/* The KAIAKU_ABI_VERSION that the library was built with. Never fails. */
KAIAKU_API int32_t kaiaku_abi_version(void);

/* One line for people: version, compiler, instruction sets of the build and of this processor, oneDNN,
   backends. Static text. */
KAIAKU_API const char* kaiaku_build_info(void);

/* Name of a status code ("invalid argument"); "unknown status" for others. Static text. */
KAIAKU_API const char* kaiaku_status_name(int32_t status);

/* Message of this thread's last failed call, empty before the first. Valid until this thread's next failure.
 */
KAIAKU_API const char* kaiaku_last_error(void);

/* KAIAKU_COMPUTE_BF16 into *compute where this processor multiplies bf16 fast, else KAIAKU_COMPUTE_F32. */
KAIAKU_API int32_t kaiaku_preferred_compute(int32_t* compute);

/* Sends messages to log (NULL: silence, as at start). Process-wide; user is passed through. */
KAIAKU_API int32_t kaiaku_set_log(kaiaku_log_fn log, void* user);

/* ---- Devices (GPUs; the CPU is always there) ---- */

/* Number of usable GPUs into *count: 0 with KAIAKU_OK where there is none or no backend was built in. */
KAIAKU_API int32_t kaiaku_device_count(int32_t* count);

/* Facts of GPU index, or the reason why there is none in kaiaku_last_error (KAIAKU_UNSUPPORTED). */
KAIAKU_API int32_t kaiaku_device_get(int32_t index, kaiaku_device_info* info);

/* ---- Model: frozen weights ---- */

/* Makes an empty model; its config is checked here. *model is for kaiaku_model_free. */
KAIAKU_API int32_t kaiaku_model_create(const kaiaku_model_config* config, kaiaku_model** model);

/*
 * Hands over rows [first_row, first_row + n_rows) of a tensor; the rows of a tensor come in order, first to
 * last, in one call or several. name and row order are Hugging Face's: "model.embed_tokens.weight" [V, D],
 * "model.norm.weight" [D], "lm_head.weight" [V, D] (not when tied), and in "model.layers.0.":
 *   "self_attn.q_proj.weight" [H*E, D], k_proj and v_proj [K*E, D], o_proj [D, H*E], each with ".bias" [out]
 * if the config says so; "mlp.gate_proj.weight" and up_proj [F, D], down_proj [D, F] "input_layernorm.weight"
 * [D] before attention, "post_attention_layernorm.weight" [D] before the feed-forward; with post_norms the
 * latter is on attention's result, "pre_feedforward_layernorm.weight" [D] is before the feed-forward and
 * "post_feedforward_layernorm.weight" [D] on its result with qk_norm "self_attn.q_norm.weight" and
 * "self_attn.k_norm.weight" [E] Norm weights are what the normed value is multiplied by (a family that stores
 * w for 1 + w adds the 1 first). One more is needed: "rope.inv_freq" F32 [E/2], the rotary frequencies with
 * any scaling already applied; where a layer is local also "rope.local.inv_freq" F32 [E/2]. shape has n_dims
 * (1 or 2) sizes of the whole tensor; a vector has one row. n_bytes must be the exact size of the rows in
 * type. Matrices may come in any KAIAKU_TYPE_*.
 */
KAIAKU_API int32_t kaiaku_model_set_rows(kaiaku_model* model, const char* name, int32_t type, int32_t n_dims,
                                         const int64_t* shape, int64_t first_row, int64_t n_rows,
                                         const void* data, int64_t n_bytes);

/*
 * Hands over a whole matrix of a bitsandbytes 4-bit checkpoint, in place of set_rows. It is kept as it is
 * where the config's weights are NF4 or FILE, else dequantised.
 */
KAIAKU_API int32_t kaiaku_model_set_nf4(kaiaku_model* model, const char* name, int32_t n_dims,
                                        const int64_t* shape, const kaiaku_nf4* nf4);

/*
 * Copies out a matrix that is kept as NF4, for checks: packed [n/2], absmax [n/64] and nested_absmax
 * [n/64/256, rounded up] of n values, each with its size in bytes or values, and the offset.
 */
KAIAKU_API int32_t kaiaku_model_get_nf4(const kaiaku_model* model, const char* name, uint8_t* packed,
                                        int64_t n_packed, uint8_t* absmax, int64_t n_absmax,
                                        float* nested_absmax, int64_t n_nested_absmax, float* nested_offset);

/* Ends loading: names the first tensor that is missing or incomplete. Needed before any trainer. */
KAIAKU_API int32_t kaiaku_model_seal(kaiaku_model* model);

/* Bytes held by the weights into *bytes. */
KAIAKU_API int32_t kaiaku_model_memory(const kaiaku_model* model, int64_t* bytes);

KAIAKU_API void kaiaku_model_free(kaiaku_model* model);

/* ---- Trainer: a LoRA adapter, its gradients and its optimiser ---- */

/* Bytes that a model and trainer of these sizes will hold, without making them. */
KAIAKU_API int32_t kaiaku_plan_memory(const kaiaku_model_config* config,
                                      const kaiaku_trainer_options* options, kaiaku_memory* memory);

/* Makes a trainer for a sealed model; all LoRA weights, gradients and moments are zero. */
KAIAKU_API int32_t kaiaku_trainer_create(kaiaku_model* model, const kaiaku_trainer_options* options,
                                         kaiaku_trainer** trainer);

/*
 * A packed batch is tokens [T], learn [T] (1: the prediction of this token counts, 0: not; NULL: all) and
 * cu_seqlens [S+1] (0 = first < ... < last = T): sequence i is tokens[cu_seqlens[i] .. cu_seqlens[i+1]), sees
 * only itself, and its positions start at 0. The first token of a sequence has no prediction and never
 * counts.
 */

/*
 * Forward and backward with the adapter: adds the gradient of the summed loss to the gradients, the sum of
 * -log p over the counted tokens to *loss_sum's value (set, not added), and their number to *n_targets (set).
 * A loss that is not finite adds nothing and is KAIAKU_NOT_FINITE.
 */
KAIAKU_API int32_t kaiaku_trainer_accumulate(kaiaku_trainer* trainer, const int32_t* tokens,
                                             const uint8_t* learn, int32_t n_tokens,
                                             const int32_t* cu_seqlens, int32_t n_sequences, double* loss_sum,
                                             int64_t* n_targets);

/*
 * One AdamW step on the gradients divided by the number of targets accumulated; clears both. *grad_norm is
 * the norm before clipping (may be NULL). A norm that is not finite changes no weight: gradients are cleared
 * and KAIAKU_NOT_FINITE returned.
 */
KAIAKU_API int32_t kaiaku_trainer_update(kaiaku_trainer* trainer, float lr, float* grad_norm);

/* Forward only: token_nll [T] = -log p of each counted token, 0 for the rest. use_adapter 0: the base alone.
 */
KAIAKU_API int32_t kaiaku_trainer_evaluate(kaiaku_trainer* trainer, const int32_t* tokens,
                                           const uint8_t* learn, int32_t n_tokens, const int32_t* cu_seqlens,
                                           int32_t n_sequences, int32_t use_adapter, float* token_nll);

/* Forward only: logits [T, V] of every row, for checks. */
KAIAKU_API int32_t kaiaku_trainer_logits(kaiaku_trainer* trainer, const int32_t* tokens, int32_t n_tokens,
                                         const int32_t* cu_seqlens, int32_t n_sequences, int32_t use_adapter,
                                         float* logits);

/* Forward only: hidden [T, D] after layer (0: embedding, n_layers: after the final norm), for checks. */
KAIAKU_API int32_t kaiaku_trainer_hidden(kaiaku_trainer* trainer, const int32_t* tokens, int32_t n_tokens,
                                         const int32_t* cu_seqlens, int32_t n_sequences, int32_t use_adapter,
                                         int32_t layer, float* hidden);

/*
 * Copies one LoRA matrix out or in: state is KAIAKU_STATE_*, name the linear's with ".lora_A.weight" [R, in]
 * or ".lora_B.weight" [out, R], e.g. "model.layers.0.mlp.up_proj.lora_A.weight"; n is its number of values.
 */
KAIAKU_API int32_t kaiaku_trainer_get_tensor(const kaiaku_trainer* trainer, int32_t state, const char* name,
                                             float* values, int64_t n);
KAIAKU_API int32_t kaiaku_trainer_set_tensor(kaiaku_trainer* trainer, int32_t state, const char* name,
                                             const float* values, int64_t n);

/* Number of updates done, which AdamW's bias correction depends on. */
KAIAKU_API int32_t kaiaku_trainer_get_step(const kaiaku_trainer* trainer, int64_t* step);
KAIAKU_API int32_t kaiaku_trainer_set_step(kaiaku_trainer* trainer, int64_t step);

/*
 * on 1: clears the sums and lets every later call of evaluate add, for each channel of every linear's input,
 * x^2 over all tokens of the batch; use_adapter as evaluate is called. on 0: stops and frees them.
 */
KAIAKU_API int32_t kaiaku_trainer_collect_squares(kaiaku_trainer* trainer, int32_t on);

/*
 * The sums collected for one linear ("model.layers.0.self_attn.q_proj") into sums [n], n its inputs, and the
 * number of tokens that they are over.
 */
KAIAKU_API int32_t kaiaku_trainer_get_squares(const kaiaku_trainer* trainer, const char* linear, float* sums,
                                              int64_t n, int64_t* n_tokens);

/* Bytes held, by use. */
KAIAKU_API int32_t kaiaku_trainer_memory(const kaiaku_trainer* trainer, kaiaku_memory* memory);

KAIAKU_API void kaiaku_trainer_free(kaiaku_trainer* trainer);

/* ---- Decoder: one token after another, with a cache of keys and values ---- */

/*
 * Makes a decoder for a sealed model. trainer is the one whose adapter is used (use_adapter 1), else NULL; it
 * must be a trainer of the same model. Logits are those of kaiaku_trainer_logits but for rounding.
 */
KAIAKU_API int32_t kaiaku_decoder_create(kaiaku_model* model, kaiaku_trainer* trainer,
                                         const kaiaku_decoder_options* options, kaiaku_decoder** decoder);

/*
 * Keeps the first n_past tokens that a slot holds, 0 for none, forgets the others, runs tokens [n_tokens]
 * after them, and gives the logits [V] of the last one. All arguments are checked first; a call that fails
 * later leaves the slot with a part of the tokens.
 */
KAIAKU_API int32_t kaiaku_decoder_prefill(kaiaku_decoder* decoder, int32_t slot, int32_t n_past,
                                          const int32_t* tokens, int32_t n_tokens, float* logits);

/* Slot `to` forgets what it held and gets the first n_tokens of another slot, `from`: a prompt that begins
 * like one that is there need not be run from its beginning. */
KAIAKU_API int32_t kaiaku_decoder_fork(kaiaku_decoder* decoder, int32_t from, int32_t to, int32_t n_tokens);

/*
 * One more token in each of n different slots that hold a prompt: logits [n, V] in their order. A slot that
 * is full, or appears twice, is KAIAKU_INVALID_ARGUMENT and no slot changes.
 */
KAIAKU_API int32_t kaiaku_decoder_step(kaiaku_decoder* decoder, const int32_t* slots, const int32_t* tokens,
                                       int32_t n, float* logits);

/* Bytes held, the model's and trainer's not counted, into *bytes. */
KAIAKU_API int32_t kaiaku_decoder_memory(const kaiaku_decoder* decoder, int64_t* bytes);

KAIAKU_API void kaiaku_decoder_free(kaiaku_decoder* decoder);

/* ---- Merge ---- */

/*
 * values [n_rows, n_cols] = rows + scale * b a, in f32: rows are n_rows whole rows of type, b [n_rows, rank],
 * a [rank, n_cols]. rank 0 (a and b NULL) only converts. Thread-safe.
 */
KAIAKU_API int32_t kaiaku_merge_rows(int32_t type, const void* rows, int64_t n_rows, int64_t n_cols,
                                     const float* b, const float* a, int32_t rank, float scale,
                                     float* values);

#ifdef __cplusplus
}
#endif
#endif
