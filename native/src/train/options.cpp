#include "train/options.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace kaiaku {
namespace {

constexpr int32_t kMaxTokens = 1 << 20;
constexpr int32_t kMaxThreads = 1024;

void check_range(const char* field, int32_t value, int32_t min, int32_t max) {
  require(value >= min && value <= max, "options.", field, " is ", value, ", expected ", min, " to ", max);
}

void check_beta(const char* field, float value) {
  require(value >= 0 && value < 1, "options.", field, " is ", value, ", expected 0 or more and less than 1");
}

void check_not_negative(const char* field, float value) {
  require(std::isfinite(value) && value >= 0, "options.", field, " is ", value, ", expected 0 or more");
}

}  // namespace

void check_options(const TrainerOptions& options, const ModelConfig& config) {
  require(options.struct_size == static_cast<int32_t>(sizeof(TrainerOptions)), "options.struct_size is ",
          options.struct_size, ", expected ", sizeof(TrainerOptions));
  require(options.targets != 0 && (options.targets & ~KAIAKU_TARGET_ALL) == 0, "options.targets is ",
          options.targets, ", expected bits among ", KAIAKU_TARGET_ALL);
  const auto linears = linears_of(config);
  for (size_t i = 0; i < linears.size(); ++i) {
    if ((options.targets >> i & 1) == 0) continue;
    const int64_t max = std::min(linears[i].in, linears[i].out);
    require(options.rank >= 1 && options.rank <= max, "options.rank is ", options.rank, ", expected 1 to ",
            max, " for ", linears[i].name);
  }
  check_range("max_tokens", options.max_tokens, 1, kMaxTokens);
  check_range("kept_layers", options.kept_layers, 0, config.n_layers);
  check_range("offload", options.offload, 0, config.device < 0 ? 0 : 1);
  check_range("cached_layers", options.cached_layers, 0, config.n_layers + 1);
  check_range("n_threads", options.n_threads, 0, kMaxThreads);
  require(std::isfinite(options.scaling), "options.scaling is ", options.scaling,
          ", expected a finite number");
  check_beta("beta1", options.beta1);
  check_beta("beta2", options.beta2);
  require(std::isfinite(options.eps) && options.eps > 0, "options.eps is ", options.eps,
          ", expected more than 0");
  check_not_negative("weight_decay", options.weight_decay);
  check_not_negative("max_grad_norm", options.max_grad_norm);
  require(options.dropout >= 0 && options.dropout < 1, "options.dropout is ", options.dropout,
          ", expected 0 or more and less than 1");
  require(std::isfinite(options.lr_ratio_b) && options.lr_ratio_b > 0, "options.lr_ratio_b is ",
          options.lr_ratio_b, ", expected more than 0");
  compute_type(options.compute);
  check_range("reserved", options.reserved, 0, 0);
}

}  // namespace kaiaku
