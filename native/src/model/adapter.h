// A LoRA adapter: weights, gradients and AdamW moments of every targeted linear.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/arena.h"
#include "model/config.h"

namespace kaiaku {

// The linears of a stack that targets (KAIAKU_TARGET_* bits) names.
std::vector<LinearFacts> targeted_linears(const ModelConfig& config, Stack stack, int32_t targets);

class Adapter {
 public:
  // Takes weights and gradients from one arena and moments from the other; only size() is of use while they
  // measure. Products read weights of type compute.
  Adapter(const ModelConfig& config, int64_t rank, int32_t targets, DType compute, Arena& adapter,
          Arena& optimizer);

  int64_t rank() const { return rank_; }
  int32_t targets() const { return targets_; }
  DType compute() const { return compute_; }
  // Values in each of the four states.
  int64_t size() const { return size_; }
  // KAIAKU_STATE_*: all matrices, one after the other, [size].
  float* state(int32_t state) const { return states_[static_cast<size_t>(state)]; }

  // After weights [first, first + n) have changed: rounds what products read of them.
  void refresh(Backend& backend, int64_t first, int64_t n);

  // Without parts where none of the stack's linears is targeted.
  const LoraStack& stack(int64_t layer, Stack stack) const {
    return stacks_[static_cast<size_t>(layer * kStacks + stack)];
  }

  // Where a matrix lies in each state.
  struct Range {
    int64_t offset;
    int64_t n;
  };
  // Every A and every B, in the order in which they lie.
  const std::vector<Range>& ranges_of_a() const { return a_; }
  const std::vector<Range>& ranges_of_b() const { return b_; }
  // Throws KAIAKU_INVALID_ARGUMENT where the adapter has no matrix of that name.
  Range find(const std::string& name) const;

 private:
  int64_t place(const std::string& name, int64_t n);
  Matrix view(int32_t state, int64_t offset, int64_t rows, int64_t cols) const;
  ConstTensor weight(int64_t offset, int64_t rows, int64_t cols) const;

  const int64_t rank_;
  const int32_t targets_;
  const DType compute_;
  int64_t size_ = 0;
  std::map<std::string, Range> ranges_;
  std::vector<Range> a_, b_;
  std::array<float*, 4> states_;
  Tensor rounded_;  // [1, size]: the weights in the type of compute, without data where that is f32
  std::vector<LoraStack> stacks_;
};

}  // namespace kaiaku
