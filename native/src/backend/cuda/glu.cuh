// Gated linear units: y = activation(gate) up. An Activation has value(g) and derivative(g).
#pragma once

#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {

// y [T, F] from gate_up [T, 2F].
template <class Activation, class X, class Y>
__global__ void glu_forward_kernel(Rows<X> gate_up, Rows<Y> y, int64_t width, bool eights) {
  X* gate = gate_up.row(blockIdx.x);
  Y* to = y.row(blockIdx.x);
  if (eights) {
    each_eight_columns(width, [&](int64_t i) {
      float g[8], up[8];
      load_eight(gate + i, g);
      load_eight(gate + width + i, up);
#pragma unroll
      for (int n = 0; n < 8; ++n) g[n] = Activation::value(g[n]) * up[n];
      store_eight(to + i, g);
    });
    return;
  }
  each_column(width, [&](int64_t i) {
    set(to + i, Activation::value(to_float(gate[i])) * to_float(gate[width + i]));
  });
}

// d_gate_up [T, 2F] takes the place of gate_up.
template <class Activation, class D, class X>
__global__ void glu_backward_kernel(Rows<D> d_y, Rows<X> gate_up, int64_t width, bool eights) {
  D* gradient = d_y.row(blockIdx.x);
  X* gate = gate_up.row(blockIdx.x);
  if (eights) {
    each_eight_columns(width, [&](int64_t i) {
      float d[8], g[8], up[8];
      load_eight(gradient + i, d);
      load_eight(gate + i, g);
      load_eight(gate + width + i, up);
#pragma unroll
      for (int n = 0; n < 8; ++n) {
        up[n] *= d[n] * Activation::derivative(g[n]);
        g[n] = d[n] * Activation::value(g[n]);
      }
      store_eight(gate + i, up);
      store_eight(gate + width + i, g);
    });
    return;
  }
  each_column(width, [&](int64_t i) {
    const float d = to_float(gradient[i]);
    const float g = to_float(gate[i]);
    const float up = to_float(gate[width + i]);
    set(gate + i, d * up * Activation::derivative(g));
    set(gate + width + i, d * Activation::value(g));
  });
}

template <class Activation>
void glu_forward(const char* op, ConstTensor gate_up, Tensor y, cudaStream_t stream) {
  with_rows(
      [&](auto from, auto to) {
        launch(op, glu_forward_kernel<Activation, ValueOf<decltype(from)>, ValueOf<decltype(to)>>,
               row_grid(y.rows, y.cols), kRowThreads, 0, stream, from, to, y.cols,
               in_eights(from, y.cols) && in_eights(to, y.cols));
      },
      gate_up, y);
}

template <class Activation>
void glu_backward(const char* op, ConstTensor d_y, Tensor gate_up, cudaStream_t stream) {
  with_rows(
      [&](auto from, auto to) {
        launch(op, glu_backward_kernel<Activation, ValueOf<decltype(from)>, ValueOf<decltype(to)>>,
               row_grid(d_y.rows, d_y.cols), kRowThreads, 0, stream, from, to, d_y.cols,
               in_eights(from, d_y.cols) && in_eights(to, d_y.cols));
      },
      d_y, gate_up);
}

}  // namespace kaiaku::cuda
