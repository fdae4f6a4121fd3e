#include "model/activation_squares.h"

#include <algorithm>

#include "base/error.h"

namespace kaiaku {

ActivationSquares::ActivationSquares(const ModelConfig& config, Backend& backend)
    : config_(config), backend_(backend) {
  take_sums();
  memory_.allocate(backend);
  take_sums();
}

void ActivationSquares::take_sums() {
  sums_.clear();
  for (int64_t layer = 0; layer < config_.n_layers; ++layer) {
    for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly}) {
      sums_.push_back(memory_.take<double>(stack_inputs(config_, stack)));
    }
  }
}

void ActivationSquares::add(int64_t layer, Stack stack, ConstTensor x) {
  backend_.add_column_squares(x, sums_of(layer, stack));
}

void ActivationSquares::get(const std::string& linear, float* sums, int64_t n) const {
  for (int64_t layer = 0; layer < config_.n_layers; ++layer) {
    for (const LinearFacts& facts : linears_of(config_)) {
      if (linear != layer_name(layer, facts.name)) continue;
      require(n == facts.in, linear, ": n is ", n, ", expected ", facts.in);
      std::vector<double> from(static_cast<size_t>(n));
      backend_.download(sums_of(layer, facts.stack), n * static_cast<int64_t>(sizeof(double)), from.data());
      std::transform(from.begin(), from.end(), sums, [](double sum) { return static_cast<float>(sum); });
      return;
    }
  }
  fail(KAIAKU_INVALID_ARGUMENT, linear, ": the model has no such linear");
}

}  // namespace kaiaku
