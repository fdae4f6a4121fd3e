// Everything that a forward and backward pass writes, made once for the largest batch.
#pragma once

#include <array>
#include <vector>

#include "backend/arena.h"
#include "model/config.h"
#include "model/matrix_cache.h"

namespace kaiaku {

// What backward needs of one layer; without columns where the config has no use for it. T is the largest
// batch; a pass uses the first rows. Tensors have the type of compute; the residual stream, statistics and
// what post-norms are on stay in f32.
struct LayerBuffers {
  Matrix x;                            // [T, D] input of the layer
  float* input_rstd;                   // [T]
  Tensor input_normed;                 // [T, D]
  Tensor qk;                           // [T, (H+K)*E] before their norm
  Matrix qk_rstd;                      // [T, H+K]
  Tensor qkv;                          // [T, (H+2K)*E] q and k turned by their positions
  Matrix lse;                          // [T, H]
  Tensor attended;                     // [T, H*E]
  Matrix attention_out;                // [T, D] before its post-norm
  float* attention_rstd;               // [T]
  Matrix x_mid;                        // [T, D] after attention
  float* mid_rstd;                     // [T]
  Tensor mid_normed;                   // [T, D]
  Tensor gate_up;                      // [T, 2F]; its gradient once backward has passed
  Matrix feed_forward_out;             // [T, D] before its post-norm
  float* feed_forward_rstd;            // [T]
  std::array<Tensor, kStacks> lora_h;  // [T, n*R] by Stack
};

// Cosines and sines [T, E/2] by position.
struct RopeTable {
  Matrix cos, sin;
};

// What buffers are made for.
struct BufferSizes {
  int64_t max_tokens;     // T of a pass
  int64_t max_positions;  // that a token can have
  int64_t rank;           // of LoRA, with the targets' KAIAKU_TARGET_* bits
  int32_t targets;
  bool training;        // losses and backward too; else one layer's buffers serve all
  int64_t max_logits;   // rows of logits that a pass without training asks for
  int32_t kept_layers;  // of training
  bool dropout;
  DType compute;
  bool offload;           // of training: inputs of layers that run again wait in the host's memory
  int64_t cached_layers;  // what kaiaku_trainer_options says
};

struct Buffers {
  // Takes what lives from forward to backward from activations, the rest from workspace: everything of the
  // last kept_layers layers, and one x of each layer before them, which share the other buffers. With offload
  // these layers share two x as well, in turns, and each has a place for its own in host.
  Buffers(const ModelConfig& config, const BufferSizes& sizes, Arena& activations, Arena& workspace,
          Arena& host);

  int64_t first_kept;  // layers before it run again in backward
  std::vector<LayerBuffers> layers;
  std::vector<Matrix> offloaded;  // [T, D] x of each layer before first_kept, host; empty without offload
  Matrix x_out;                   // [T, D] output of the last layer
  Matrix embedded;                // [T, D] rows of an embedding in the host's memory, host

  // Backward.
  Matrix d_x;                // [T, D] gradient of the residual stream
  Tensor d_normed;           // [T, D]
  Tensor d_out;              // [T, D] gradient of what o or down adds to the stream; never beside d_normed
  Tensor d_qkv;              // [T, (H+2K)*E]
  Tensor d_attended;         // [T, H*E]
  Matrix attention_scratch;  // [T, attention_scratch(...)]
  Tensor d_act;              // [T, F]
  Tensor lora_g;             // [T, n*R] for the largest n

  // Both passes.
  Tensor dropped;  // [T, in] for the largest in; the input of A after dropout, then its gradient
  Tensor act;      // [T, F] what the down projection reads
  RopeTable rope;
  RopeTable local_rope;  // of local layers

  // The batch.
  int32_t* tokens;     // [T]
  int32_t* positions;  // [T] of each token in its sequence
  int32_t* begins;     // [T] first token of its sequence
  int32_t* ends;       // [T] the token after its last

  MatrixCache matrices;
  int64_t head_block;  // rows of the head that are dequantised at once; all of V where it needs no buffer
  std::byte* scratch;  // of the backend

  // The head, for C target rows at a time.
  int32_t* target_rows;  // [T]
  int32_t* target_ids;   // [T]
  Matrix head_x;         // [C, D]
  Tensor head_normed;    // [C, D]
  Matrix head_d;         // [C, D]
  float* head_rstd;      // [C]
  Matrix logits;         // [C, V]
  Tensor d_logits;       // [C, V]; where Backend can, in the place of the logits
  float* nll;            // [T]

  float* update_scale;  // [2] of Backend::gradient_scale
};

}  // namespace kaiaku
