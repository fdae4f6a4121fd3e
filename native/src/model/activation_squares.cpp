#include "model/activation_squares.h"

#include <algorithm>

#include "backend/backend.h"
#include "base/error.h"

namespace kaiaku {

ActivationSquares::ActivationSquares(const ModelConfig& config) : config_(config) {
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly}) {
      sums_.emplace_back(static_cast<size_t>(stack_inputs(config, stack)));
    }
  }
}

void ActivationSquares::add(int64_t layer, Stack stack, ConstTensor x) {
  add_column_squares(x, sums_of(layer, stack).data());
}

void ActivationSquares::get(const std::string& linear, float* sums, int64_t n) const {
  for (int64_t layer = 0; layer < config_.n_layers; ++layer) {
    for (const LinearFacts& facts : linears_of(config_)) {
      if (linear != layer_name(layer, facts.name)) continue;
      require(n == facts.in, linear, ": n is ", n, ", expected ", facts.in);
      const std::vector<double>& from = sums_[static_cast<size_t>(layer * kStacks + facts.stack)];
      std::transform(from.begin(), from.end(), sums, [](double sum) { return static_cast<float>(sum); });
      return;
    }
  }
  fail(KAIAKU_INVALID_ARGUMENT, linear, ": the model has no such linear");
}

}  // namespace kaiaku
