#include "base/mix.h"
#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

// The processor's mask: 1 / (1 - p) where a value is kept, else 0.
struct Mask {
  uint64_t key;
  uint32_t dropped;  // of 2^32
  float factor;

  __device__ float at(int64_t row, int64_t column) const {
    const uint64_t row_key = mix64(key ^ mix64(static_cast<uint64_t>(row)));
    const auto low = static_cast<uint32_t>(row_key);
    const auto high = static_cast<uint32_t>(row_key >> 32);
    return mix32(mix32(static_cast<uint32_t>(column) + low) ^ high) >= dropped ? factor : 0.0f;
  }
};

Mask mask_of(const Dropout& dropout) {
  return {dropout.key, static_cast<uint32_t>(static_cast<double>(dropout.p) * 4294967296.0),
          1.0f / (1.0f - dropout.p)};
}

// y = x masked, on top of what y holds where add is set.
template <class X, class Y>
__global__ void dropout_kernel(Mask mask, Rows<X> x, Rows<Y> y, int64_t cols, bool add) {
  X* from = x.row(blockIdx.x);
  Y* to = y.row(blockIdx.x);
  each_column(cols, [&](int64_t i) {
    const float value = to_float(from[i]) * mask.at(blockIdx.x, i);
    set(to + i, add ? to_float(to[i]) + value : value);
  });
}

void apply(const char* op, const Dropout& dropout, ConstTensor x, Tensor y, bool add, cudaStream_t stream) {
  with_rows(
      [&](auto from, auto to) {
        launch(op, dropout_kernel<ValueOf<decltype(from)>, ValueOf<decltype(to)>>, row_grid(x.rows, x.cols),
               kRowThreads, 0, stream, mask_of(dropout), from, to, x.cols, add);
      },
      x, y);
}

}  // namespace

void CudaBackend::dropout_forward(const Dropout& dropout, ConstTensor x, Tensor y) {
  apply("dropout_forward", dropout, x, y, false, stream());
}

void CudaBackend::dropout_backward(const Dropout& dropout, ConstTensor d_y, Tensor d_x) {
  apply("dropout_backward", dropout, d_y, d_x, true, stream());
}

}  // namespace kaiaku::cuda
