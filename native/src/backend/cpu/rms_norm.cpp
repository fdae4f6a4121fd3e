#include <cmath>

#include "backend/backend.h"

namespace kaiaku {

void rms_norm_forward(ConstMatrix x, const float* weight, float eps, Matrix y, float* rstd) {
  const int64_t d = x.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < x.rows; ++t) {
    const float* x_t = x.row(t);
    float* y_t = y.row(t);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < d; ++i) sum += x_t[i] * x_t[i];
    const float r = 1.0f / std::sqrt(sum / static_cast<float>(d) + eps);
#pragma omp simd
    for (int64_t i = 0; i < d; ++i) y_t[i] = x_t[i] * r * weight[i];
    rstd[t] = r;
  }
}

// With n = x rstd and a = d_y weight: d_x += rstd (a - n mean(a n)).
void rms_norm_backward(ConstMatrix d_y, ConstMatrix x, const float* weight, const float* rstd, Matrix d_x) {
  const int64_t d = x.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < x.rows; ++t) {
    const float* x_t = x.row(t);
    const float* d_y_t = d_y.row(t);
    float* d_x_t = d_x.row(t);
    const float r = rstd[t];
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < d; ++i) sum += d_y_t[i] * weight[i] * x_t[i];
    const float mean = sum * r / static_cast<float>(d);
#pragma omp simd
    for (int64_t i = 0; i < d; ++i) d_x_t[i] += r * (d_y_t[i] * weight[i] - x_t[i] * r * mean);
  }
}

}  // namespace kaiaku
