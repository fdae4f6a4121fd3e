// The frozen weights of a model, in f32.
#pragma once

#include <vector>

#include "base/arena.h"
#include "model/config.h"

namespace kaiaku {

struct FrozenLinear {
  Matrix weight;          // [out, in]
  float* bias = nullptr;  // [out], or null
};

struct LayerWeights {
  float* input_norm;                          // [D]
  float* post_attention_norm;                 // [D]
  std::array<FrozenLinear, kStacks> linears;  // by Stack
};

struct Weights {
  // Takes everything from the arena; pointers are null while it measures.
  Weights(const ModelConfig& config, Arena& arena);

  Matrix embedding;  // [V, D]
  Matrix head;       // [V, D], the embedding itself when tied
  float* norm;       // [D]
  float* inv_freq;   // [E/2]
  std::vector<LayerWeights> layers;
};

}  // namespace kaiaku
