#include <algorithm>
#include <cmath>

#include "backend/cpu/cpu_backend.h"

namespace kaiaku {
namespace {

double sum_of_squares(const float* values, int64_t n) {
  // Stretches of fixed length, so that the result doesn't depend on the number of threads.
  constexpr int64_t kStretch = 4096;
  const int64_t stretches = (n + kStretch - 1) / kStretch;
  std::vector<double> sums(static_cast<size_t>(stretches));
#pragma omp parallel for schedule(static)
  for (int64_t s = 0; s < stretches; ++s) {
    const int64_t end = std::min((s + 1) * kStretch, n);
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = s * kStretch; i < end; ++i) sum += static_cast<double>(values[i]) * values[i];
    sums[static_cast<size_t>(s)] = sum;
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace

void CpuBackend::gradient_scale(const float* gradient, int64_t n, int64_t n_targets, float max_norm,
                                float* scale) {
  const double norm = std::sqrt(sum_of_squares(gradient, n)) / static_cast<double>(n_targets);
  double factor = 1.0 / static_cast<double>(n_targets);
  if (max_norm > 0) factor *= std::min(1.0, max_norm / (norm + 1e-6));
  scale[0] = static_cast<float>(std::isfinite(norm) ? factor : std::nan(""));
  scale[1] = static_cast<float>(norm);
}

void CpuBackend::adamw_step(const AdamW& options, int64_t step, const float* gradient_scale,
                            const float* gradient, float* m, float* v, float* weight, int64_t n) {
  const float scale = gradient_scale[0];
  if (std::isnan(scale)) return;
  const double correction1 = 1.0 - std::pow(static_cast<double>(options.beta1), static_cast<double>(step));
  const double correction2 = 1.0 - std::pow(static_cast<double>(options.beta2), static_cast<double>(step));
  const float step_size = static_cast<float>(options.lr / correction1);
  const float inverse_root2 = static_cast<float>(1.0 / std::sqrt(correction2));
  const float decay = static_cast<float>(1.0 - static_cast<double>(options.lr) * options.weight_decay);
  const float beta1 = options.beta1;
  const float beta2 = options.beta2;
  const float eps = options.eps;
#pragma omp parallel for simd schedule(static)
  for (int64_t i = 0; i < n; ++i) {
    const float g = gradient[i] * scale;
    m[i] = beta1 * m[i] + (1.0f - beta1) * g;
    v[i] = beta2 * v[i] + (1.0f - beta2) * g * g;
    weight[i] = weight[i] * decay - step_size * m[i] / (std::sqrt(v[i]) * inverse_root2 + eps);
  }
}

}  // namespace kaiaku
