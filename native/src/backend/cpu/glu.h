// Gated linear units: y = activation(gate) up. An Activation has value(g) and derivative(g).
#pragma once

#include "base/tensor.h"

namespace kaiaku {

// y [T, F] from gate_up [T, 2F].
template <class Activation>
void glu_forward(ConstTensor gate_up, Tensor y) {
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
void glu_backward(ConstTensor d_y, Tensor gate_up) {
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
