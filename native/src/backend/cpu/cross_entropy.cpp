#include <algorithm>
#include <cmath>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/exponential.h"

namespace kaiaku {
namespace {

// Floats are summed over stretches this long, stretches in double.
constexpr int64_t kStretch = 4096;

float row_max(const float* x, int64_t n) {
  float max = x[0];
#pragma omp simd reduction(max : max)
  for (int64_t i = 0; i < n; ++i) max = x[i] > max ? x[i] : max;
  return max;
}

}  // namespace

namespace {

template <class T>
void forward_backward(Matrix logits, const int32_t* targets, float* nll, MatrixView<T> d_logits) {
  const int64_t v = logits.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < logits.rows; ++t) {
    float* z = logits.row(t);
    const float max = row_max(z, v);
    const float target = z[targets[t]] - max;
    double total = 0;
    for (int64_t first = 0; first < v; first += kStretch) {
      const int64_t end = std::min(first + kStretch, v);
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t i = first; i < end; ++i) {
        z[i] = exponential(z[i] - max);
        sum += z[i];
      }
      total += sum;
    }
    nll[t] = static_cast<float>(std::log(total) - target);
    const float inverse = static_cast<float>(1.0 / total);
    const float of_target = z[targets[t]] * inverse;
    T* d = d_logits.row(t);
#pragma omp simd
    for (int64_t i = 0; i < v; ++i) d[i] = rounded<T>(z[i] * inverse);
    d[targets[t]] = rounded<T>(of_target - 1.0f);
  }
}

}  // namespace

void CpuBackend::cross_entropy_forward_backward(Matrix logits, const int32_t* targets, float* nll,
                                                Tensor d_logits) {
  with_types([&](auto to) { forward_backward(logits, targets, nll, to); }, d_logits);
}

void CpuBackend::cross_entropy_forward(ConstMatrix logits, const int32_t* targets, float* nll) {
  const int64_t v = logits.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < logits.rows; ++t) {
    const float* z = logits.row(t);
    const float max = row_max(z, v);
    double total = 0;
    for (int64_t first = 0; first < v; first += kStretch) {
      const int64_t end = std::min(first + kStretch, v);
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t i = first; i < end; ++i) sum += exponential(z[i] - max);
      total += sum;
    }
    nll[t] = static_cast<float>(std::log(total) - (z[targets[t]] - max));
  }
}

}  // namespace kaiaku
