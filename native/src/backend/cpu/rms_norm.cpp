#include <cmath>

#include "backend/cpu/cpu_backend.h"

namespace kaiaku {
namespace {

// rstd of x [n].
template <class T>
float reciprocal_rms(const T* x, int64_t n, float eps) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += to_float(x[i]) * to_float(x[i]);
  return 1.0f / std::sqrt(sum / static_cast<float>(n) + eps);
}

// mean(a n) with n = x rstd and a = d_y weight.
template <class D, class T>
float mean_product(const D* d_y, const T* x, const float* weight, float rstd, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += to_float(d_y[i]) * weight[i] * to_float(x[i]);
  return sum * rstd / static_cast<float>(n);
}

template <class T>
void normalise(const float* x, const float* weight, float rstd, int64_t n, bool add, T* y) {
  if (add) {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = rounded<T>(to_float(y[i]) + x[i] * rstd * weight[i]);
  } else {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = rounded<T>(x[i] * rstd * weight[i]);
  }
}

// With n = x rstd and a = d_y weight: d_x = rstd (a - n mean(a n)).
template <class D, class T>
void gradient(const D* d_y, const float* x, const float* weight, float rstd, float mean, int64_t n, bool add,
              T* d_x) {
  const float x_factor = rstd * mean;
  if (add) {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) {
      d_x[i] = rounded<T>(to_float(d_x[i]) + rstd * (to_float(d_y[i]) * weight[i] - x[i] * x_factor));
    }
  } else {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) {
      d_x[i] = rounded<T>(rstd * (to_float(d_y[i]) * weight[i] - x[i] * x_factor));
    }
  }
}

}  // namespace

void CpuBackend::rms_norm_forward(ConstMatrix x, const float* weight, float eps, Tensor y, float* rstd,
                                  Store store) {
  with_types(
      [&](auto to) {
#pragma omp parallel for schedule(static)
        for (int64_t t = 0; t < x.rows; ++t) {
          rstd[t] = reciprocal_rms(x.row(t), x.cols, eps);
          normalise(x.row(t), weight, rstd[t], x.cols, store == Store::kAdd, to.row(t));
        }
      },
      y);
}

void CpuBackend::rms_norm_backward(ConstTensor d_y, ConstMatrix x, const float* weight, const float* rstd,
                                   Tensor d_x, Store store) {
  with_types(
      [&](auto from, auto to) {
#pragma omp parallel for schedule(static)
        for (int64_t t = 0; t < x.rows; ++t) {
          const float mean = mean_product(from.row(t), x.row(t), weight, rstd[t], x.cols);
          gradient(from.row(t), x.row(t), weight, rstd[t], mean, x.cols, store == Store::kAdd, to.row(t));
        }
      },
      d_y, d_x);
}

void CpuBackend::head_norm_forward(ConstTensor x, const float* weight, float eps, Tensor y, Matrix rstd) {
  const int64_t e = x.cols / rstd.cols;
  with_type(x.type, [&](auto type) {
    using T = decltype(type);
    const auto from = x.as<T>();
    const auto to = y.as<T>();
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < x.rows; ++t) {
      for (int64_t head = 0; head < rstd.cols; ++head) {
        const T* x_h = from.row(t) + head * e;
        T* y_h = to.row(t) + head * e;
        const float r = reciprocal_rms(x_h, e, eps);
#pragma omp simd
        for (int64_t i = 0; i < e; ++i) y_h[i] = rounded<T>(to_float(x_h[i]) * r * weight[i]);
        rstd.row(t)[head] = r;
      }
    }
  });
}

void CpuBackend::head_norm_backward(ConstTensor x, const float* weight, ConstMatrix rstd, Tensor d_y) {
  const int64_t e = x.cols / rstd.cols;
  with_type(x.type, [&](auto type) {
    using T = decltype(type);
    const auto from = x.as<T>();
    const auto gradient_rows = d_y.as<T>();
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < x.rows; ++t) {
      for (int64_t head = 0; head < rstd.cols; ++head) {
        const T* x_h = from.row(t) + head * e;
        T* d_h = gradient_rows.row(t) + head * e;
        const float r = rstd.row(t)[head];
        const float mean = mean_product(d_h, x_h, weight, r, e);
#pragma omp simd
        for (int64_t i = 0; i < e; ++i) {
          d_h[i] = rounded<T>(r * (to_float(d_h[i]) * weight[i] - to_float(x_h[i]) * r * mean));
        }
      }
    }
  });
}

}  // namespace kaiaku
