// Frozen matrices as products read them: themselves where they are kept so, else dequantised here.
#pragma once

#include <array>
#include <vector>

#include "backend/arena.h"
#include "model/weights.h"

namespace kaiaku {

// Which matrices are dequantised at once.
enum class AtOnce { kOne, kLayer };

class MatrixCache {
 public:
  MatrixCache() = default;
  // Takes memory for the matrices at work, one of them with room for at least least_values, and for those of
  // the last held_layers layers.
  MatrixCache(const ModelConfig& config, DType type, AtOnce at_once, int64_t held_layers,
              int64_t least_values, Arena& arena);

  // The matrix of a layer's stack, until the next call for another layer, or of kOne for another matrix.
  ConstTensor get(Backend& backend, const Weights& weights, int64_t layer, Stack stack);
  // Memory for least_values, until the next get.
  Tensor scratch();

 private:
  // Dequantised matrices, and the layer that each is of; -1: of none.
  struct Layer {
    std::array<Tensor, kStacks> matrices;
    std::array<int64_t, kStacks> of;
  };

  DType type_ = DType::kF32;
  AtOnce at_once_ = AtOnce::kOne;
  Stack widest_ = kQkv;
  int64_t first_held_ = 0;
  Layer working_{};
  std::vector<Layer> held_;
};

}  // namespace kaiaku
