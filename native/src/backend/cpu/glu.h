// Gated linear units: y = activation(gate) up. An Activation has value(g) and derivative(g).
#pragma once

#include "backend/cpu/glu_bf16.h"
#include "base/processor.h"
#include "base/tensor.h"

namespace kaiaku {

inline void bf16_glu_forward(const Bf16Glu& glu, MatrixView<const Bf16> gate_up, MatrixView<Bf16> y) {
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < y.rows; ++t) {
    glu.forward(gate_up.row(t), gate_up.row(t) + y.cols, y.cols, y.row(t));
  }
}

inline void bf16_glu_backward(const Bf16Glu& glu, MatrixView<const Bf16> d_y, MatrixView<Bf16> gate_up) {
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < d_y.rows; ++t) {
    glu.backward(d_y.row(t), d_y.cols, gate_up.row(t), gate_up.row(t) + d_y.cols);
  }
}

// y [T, F] from gate_up [T, 2F]; fast is the same in bf16, for processors with a unit for it.
template <class Activation>
void glu_forward(ConstTensor gate_up, Tensor y, const Bf16Glu& fast) {
  if (y.type == DType::kBf16 && bf16_unit() != Bf16Unit::kNone) {
    return bf16_glu_forward(fast, gate_up.as<Bf16>(), y.as<Bf16>());
  }
  with_type(y.type, [&](auto type) {
    using T = decltype(type);
    const auto from = gate_up.as<T>();
    const auto to = y.as<T>();
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < y.rows; ++t) {
      const T* gate = from.row(t);
      const T* up = gate + y.cols;
      T* y_t = to.row(t);
#pragma omp simd
      for (int64_t i = 0; i < y.cols; ++i) {
        y_t[i] = rounded<T>(Activation::value(to_float(gate[i])) * to_float(up[i]));
      }
    }
  });
}

// d_gate_up [T, 2F] takes the place of gate_up.
template <class Activation>
void glu_backward(ConstTensor d_y, Tensor gate_up, const Bf16Glu& fast) {
  if (d_y.type == DType::kBf16 && bf16_unit() != Bf16Unit::kNone) {
    return bf16_glu_backward(fast, d_y.as<Bf16>(), gate_up.as<Bf16>());
  }
  with_type(d_y.type, [&](auto type) {
    using T = decltype(type);
    const auto from = d_y.as<T>();
    const auto to = gate_up.as<T>();
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < d_y.rows; ++t) {
      T* gate = to.row(t);
      T* up = gate + d_y.cols;
      const T* d_y_t = from.row(t);
#pragma omp simd
      for (int64_t i = 0; i < d_y.cols; ++i) {
        const float g = to_float(gate[i]);
        const float d = to_float(d_y_t[i]);
        gate[i] = rounded<T>(d * to_float(up[i]) * Activation::derivative(g));
        up[i] = rounded<T>(d * Activation::value(g));
      }
    }
  });
}

}  // namespace kaiaku
