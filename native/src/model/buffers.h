// Everything that a forward and backward pass writes, made once for the largest batch.
#pragma once

#include <array>
#include <vector>

#include "base/arena.h"
#include "model/config.h"

namespace kaiaku {

// What backward needs of one layer. T is the largest batch; a pass uses the first rows.
struct LayerBuffers {
  Matrix x;                            // [T, D] input of the layer
  float* input_rstd;                   // [T]
  Matrix input_normed;                 // [T, D]
  Matrix qkv;                          // [T, (H+2K)*E] q and k turned by their positions
  Matrix lse;                          // [T, H]
  Matrix attended;                     // [T, H*E]
  Matrix x_mid;                        // [T, D] after attention
  float* mid_rstd;                     // [T]
  Matrix mid_normed;                   // [T, D]
  Matrix gate_up;                      // [T, 2F]; its gradient once backward has passed
  std::array<Matrix, kStacks> lora_h;  // [T, n*R] by Stack
};

struct Buffers {
  // Takes what lives from forward to backward from activations, the rest from workspace: everything of the
  // last kept_layers layers, and one x of each layer before them, which share the other buffers.
  Buffers(const ModelConfig& config, const kaiaku_trainer_options& options, Arena& activations,
          Arena& workspace);

  std::vector<LayerBuffers> layers;
  Matrix x_out;  // [T, D] output of the last layer

  // Backward.
  Matrix d_x;         // [T, D] gradient of the residual stream
  Matrix d_normed;    // [T, D]
  Matrix d_qkv;       // [T, (H+2K)*E]
  Matrix d_attended;  // [T, H*E]
  Matrix d_kv;        // [T, 2*H*E]
  Matrix d_act;       // [T, F]
  Matrix lora_g;      // [T, n*R] for the largest n

  // Both passes.
  Matrix act;          // [T, F] what the down projection reads
  Matrix cos, sin;     // [T, E/2] by position
  int32_t* positions;  // [T]

  // The head, for C target rows at a time.
  Matrix head_x;       // [C, D]
  Matrix head_normed;  // [C, D]
  Matrix head_d;       // [C, D]
  float* head_rstd;    // [C]
  Matrix logits;       // [C, V]
  float* nll;          // [T]
};

}  // namespace kaiaku
