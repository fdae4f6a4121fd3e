// How large the inputs of each linear are, channel by channel.
#pragma once

#include <string>
#include <vector>

#include "backend/arena.h"
#include "base/tensor.h"
#include "model/config.h"

namespace kaiaku {

class ActivationSquares {
 public:
  // Borrows both.
  ActivationSquares(const ModelConfig& config, Backend& backend);

  // Adds the squares of what the linears of a stack read, x [T, in].
  void add(int64_t layer, Stack stack, ConstTensor x);
  void add_tokens(int64_t n) { n_tokens_ += n; }

  int64_t n_tokens() const { return n_tokens_; }
  // Sums [n] of "model.layers.0.self_attn.q_proj"; throws KAIAKU_INVALID_ARGUMENT for another name or n.
  void get(const std::string& linear, float* sums, int64_t n) const;

 private:
  double* sums_of(int64_t layer, Stack stack) const {
    return sums_[static_cast<size_t>(layer * kStacks + stack)];
  }
  void take_sums();

  const ModelConfig& config_;
  Backend& backend_;
  Arena memory_{"activation squares"};
  std::vector<double*> sums_;  // [n_layers * kStacks], each [in]
  int64_t n_tokens_ = 0;
};

}  // namespace kaiaku
