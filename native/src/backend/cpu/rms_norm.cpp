#include <cmath>

#include "backend/backend.h"

namespace kaiaku {
namespace {

// rstd of x [n].
inline float reciprocal_rms(const float* x, int64_t n, float eps) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
  return 1.0f / std::sqrt(sum / static_cast<float>(n) + eps);
}

// mean(a n) with n = x rstd and a = d_y weight.
inline float mean_product(const float* d_y, const float* x, const float* weight, float rstd, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += d_y[i] * weight[i] * x[i];
  return sum * rstd / static_cast<float>(n);
}

}  // namespace

void rms_norm_forward(ConstMatrix x, const float* weight, float eps, Matrix y, float* rstd, Store store) {
  const int64_t d = x.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < x.rows; ++t) {
    const float* x_t = x.row(t);
    float* y_t = y.row(t);
    const float r = reciprocal_rms(x_t, d, eps);
    if (store == Store::kAdd) {
#pragma omp simd
      for (int64_t i = 0; i < d; ++i) y_t[i] += x_t[i] * r * weight[i];
    } else {
#pragma omp simd
      for (int64_t i = 0; i < d; ++i) y_t[i] = x_t[i] * r * weight[i];
    }
    rstd[t] = r;
  }
}

// With n = x rstd and a = d_y weight: d_x = rstd (a - n mean(a n)).
void rms_norm_backward(ConstMatrix d_y, ConstMatrix x, const float* weight, const float* rstd, Matrix d_x,
                       Store store) {
  const int64_t d = x.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < x.rows; ++t) {
    const float* x_t = x.row(t);
    const float* d_y_t = d_y.row(t);
    float* d_x_t = d_x.row(t);
    const float r = rstd[t];
    const float mean = mean_product(d_y_t, x_t, weight, r, d);
    if (store == Store::kAdd) {
#pragma omp simd
      for (int64_t i = 0; i < d; ++i) d_x_t[i] += r * (d_y_t[i] * weight[i] - x_t[i] * r * mean);
    } else {
#pragma omp simd
      for (int64_t i = 0; i < d; ++i) d_x_t[i] = r * (d_y_t[i] * weight[i] - x_t[i] * r * mean);
    }
  }
}

void head_norm_forward(ConstMatrix x, const float* weight, float eps, Matrix y, Matrix rstd) {
  const int64_t e = x.cols / rstd.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < x.rows; ++t) {
    for (int64_t head = 0; head < rstd.cols; ++head) {
      const float* x_h = x.row(t) + head * e;
      float* y_h = y.row(t) + head * e;
      const float r = reciprocal_rms(x_h, e, eps);
#pragma omp simd
      for (int64_t i = 0; i < e; ++i) y_h[i] = x_h[i] * r * weight[i];
      rstd.row(t)[head] = r;
    }
  }
}

void head_norm_backward(ConstMatrix x, const float* weight, ConstMatrix rstd, Matrix d_y) {
  const int64_t e = x.cols / rstd.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < x.rows; ++t) {
    for (int64_t head = 0; head < rstd.cols; ++head) {
      const float* x_h = x.row(t) + head * e;
      float* d_h = d_y.row(t) + head * e;
      const float r = rstd.row(t)[head];
      const float mean = mean_product(d_h, x_h, weight, r, e);
#pragma omp simd
      for (int64_t i = 0; i < e; ++i) d_h[i] = r * (d_h[i] * weight[i] - x_h[i] * r * mean);
    }
  }
}

}  // namespace kaiaku
