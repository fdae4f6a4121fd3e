// The frozen weights of a model: norms and biases in f32, matrices in the form that the config asks for.
#pragma once

#include <vector>

#include "backend/arena.h"
#include "model/config.h"
#include "model/frozen.h"

namespace kaiaku {

struct FrozenLinear {
  FrozenMatrix weight;    // [out, in]
  float* bias = nullptr;  // [out], or null
};

// Norms that the config doesn't ask for are null.
struct LayerWeights {
  float* input_norm;                          // [D] before attention
  float* attention_post_norm;                 // [D] on what attention adds
  float* mid_norm;                            // [D] before the feed-forward
  float* feed_forward_post_norm;              // [D] on what the feed-forward adds
  float* q_norm;                              // [E]
  float* k_norm;                              // [E]
  std::array<FrozenLinear, kStacks> linears;  // by Stack
};

struct Weights {
  // Takes everything from the arena, but the embedding from host where the config asks for that; pointers
  // are null while they measure.
  Weights(const ModelConfig& config, Arena& arena, Arena& host);

  // [V, D], the embedding itself when tied.
  const FrozenMatrix& head() const { return tied ? embedding : lm_head; }

  // Bytes outside the arena, of the embedding and of all other matrices.
  int64_t embedding_block_bytes() const { return embedding.block_bytes(); }
  int64_t block_bytes() const;

  bool tied;
  FrozenMatrix embedding;  // [V, D]
  FrozenMatrix lm_head;    // [V, D]; empty when tied
  float* norm;             // [D]
  float* inv_freq;         // [E/2]
  float* local_inv_freq;   // [E/2], or null where no layer is local
  std::vector<LayerWeights> layers;
};

}  // namespace kaiaku
