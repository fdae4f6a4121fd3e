#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

// n neighbouring rows of width values in each row of a matrix: heads, or with n = 1 the row itself.
// blockIdx.x is the token, blockIdx.y the head.
template <class T>
struct NormRows {
  Rows<T> rows;
  int64_t width;

  __device__ T* mine() const { return rows.row(blockIdx.x) + blockIdx.y * width; }
};

template <class T>
NormRows<T> norm_rows(Rows<T> rows, int64_t width) {
  return {rows, width};
}

// y = x rstd weight, on top of what y holds where add is set; rstd [T, n].
template <class X, class Y>
__global__ void forward_kernel(NormRows<X> x, const float* weight, float eps, NormRows<Y> y, Rows<float> rstd,
                               bool add, bool eights) {
  X* from = x.mine();
  Y* to = y.mine();
  float squares = 0;
  if (eights) {
    for (int64_t i = threadIdx.x * 8; i < x.width; i += blockDim.x * 8) {
      float values[8];
      load_eight(from + i, values);
#pragma unroll
      for (int n = 0; n < 8; ++n) squares += values[n] * values[n];
    }
  } else {
    for (int64_t i = threadIdx.x; i < x.width; i += blockDim.x) {
      const float value = to_float(from[i]);
      squares += value * value;
    }
  }
  const float r = 1.0f / sqrtf(block_sum(squares) / static_cast<float>(x.width) + eps);
  if (threadIdx.x == 0) rstd.row(blockIdx.x)[blockIdx.y] = r;
  if (eights) {
    for (int64_t i = threadIdx.x * 8; i < x.width; i += blockDim.x * 8) {
      float values[8], factors[8], before[8] = {};
      load_eight(from + i, values);
      load_eight(weight + i, factors);
      if (add) load_eight(to + i, before);
#pragma unroll
      for (int n = 0; n < 8; ++n) values[n] = values[n] * r * factors[n] + before[n];
      store_eight(to + i, values);
    }
    return;
  }
  for (int64_t i = threadIdx.x; i < x.width; i += blockDim.x) {
    const float value = to_float(from[i]) * r * weight[i];
    set(to + i, add ? to_float(to[i]) + value : value);
  }
}

// d_x = rstd (a - n mean(a n)) with a = d_y weight and n = x rstd; d_x may be d_y.
template <class D, class X, class To>
__global__ void backward_kernel(NormRows<D> d_y, NormRows<X> x, const float* weight, Rows<const float> rstd,
                                NormRows<To> d_x, bool add, bool eights) {
  D* gradient = d_y.mine();
  X* from = x.mine();
  To* to = d_x.mine();
  const float r = rstd.row(blockIdx.x)[blockIdx.y];
  float dot = 0;
  if (eights) {
    for (int64_t i = threadIdx.x * 8; i < x.width; i += blockDim.x * 8) {
      float d[8], values[8], factors[8];
      load_eight(gradient + i, d);
      load_eight(from + i, values);
      load_eight(weight + i, factors);
#pragma unroll
      for (int n = 0; n < 8; ++n) dot += d[n] * factors[n] * values[n] * r;
    }
  } else {
    for (int64_t i = threadIdx.x; i < x.width; i += blockDim.x) {
      dot += to_float(gradient[i]) * weight[i] * to_float(from[i]) * r;
    }
  }
  const float mean = block_sum(dot) / static_cast<float>(x.width);
  if (eights) {
    for (int64_t i = threadIdx.x * 8; i < x.width; i += blockDim.x * 8) {
      float d[8], values[8], factors[8], before[8] = {};
      load_eight(gradient + i, d);
      load_eight(from + i, values);
      load_eight(weight + i, factors);
      if (add) load_eight(to + i, before);
#pragma unroll
      for (int n = 0; n < 8; ++n) d[n] = r * (d[n] * factors[n] - values[n] * r * mean) + before[n];
      store_eight(to + i, d);
    }
    return;
  }
  for (int64_t i = threadIdx.x; i < x.width; i += blockDim.x) {
    const float value = r * (to_float(gradient[i]) * weight[i] - to_float(from[i]) * r * mean);
    set(to + i, add ? to_float(to[i]) + value : value);
  }
}

// A block for a row: warps enough that each thread has a few values.
unsigned threads_for(int64_t width) {
  return width >= 2048 ? 256 : width >= 512 ? 128 : 32;
}

// Whether all that kernels read and write of rows of this width can be walked in eights.
template <class... T>
bool all_in_eights(int64_t width, const float* weight, const Rows<T>&... rows) {
  return reinterpret_cast<uintptr_t>(weight) % 16 == 0 && (in_eights(rows, width) && ...);
}

dim3 grid_of(int64_t n_tokens, int64_t n_heads) {
  return {static_cast<unsigned>(n_tokens), static_cast<unsigned>(n_heads)};
}

}  // namespace

void CudaBackend::rms_norm_forward(ConstMatrix x, const float* weight, float eps, Tensor y, float* rstd,
                                   Store store) {
  with_rows(
      [&](auto to) {
        launch("rms_norm_forward", forward_kernel<const float, ValueOf<decltype(to)>>, grid_of(x.rows, 1),
               threads_for(x.cols), 0, stream(), norm_rows(rows_of(x), x.cols), weight, eps,
               norm_rows(to, x.cols), Rows<float>{rstd, 1}, store == Store::kAdd,
               all_in_eights(x.cols, weight, rows_of(x), to));
      },
      y);
}

void CudaBackend::rms_norm_backward(ConstTensor d_y, ConstMatrix x, const float* weight, const float* rstd,
                                    Tensor d_x, Store store) {
  with_rows(
      [&](auto from, auto to) {
        launch("rms_norm_backward",
               backward_kernel<ValueOf<decltype(from)>, const float, ValueOf<decltype(to)>>,
               grid_of(x.rows, 1), threads_for(x.cols), 0, stream(), norm_rows(from, x.cols),
               norm_rows(rows_of(x), x.cols), weight, Rows<const float>{rstd, 1}, norm_rows(to, x.cols),
               store == Store::kAdd, all_in_eights(x.cols, weight, from, rows_of(x), to));
      },
      d_y, d_x);
}

void CudaBackend::head_norm_forward(ConstTensor x, const float* weight, float eps, Tensor y, Matrix rstd) {
  const int64_t e = x.cols / rstd.cols;
  with_rows(
      [&](auto from, auto to) {
        launch("head_norm_forward", forward_kernel<ValueOf<decltype(from)>, ValueOf<decltype(to)>>,
               grid_of(x.rows, rstd.cols), threads_for(e), 0, stream(), norm_rows(from, e), weight, eps,
               norm_rows(to, e), rows_of(rstd), false, all_in_eights(e, weight, from, to));
      },
      x, y);
}

void CudaBackend::head_norm_backward(ConstTensor x, const float* weight, ConstMatrix rstd, Tensor d_y) {
  const int64_t e = x.cols / rstd.cols;
  with_rows(
      [&](auto from, auto gradient) {
        launch("head_norm_backward",
               backward_kernel<ValueOf<decltype(gradient)>, ValueOf<decltype(from)>,
                               ValueOf<decltype(gradient)>>,
               grid_of(x.rows, rstd.cols), threads_for(e), 0, stream(), norm_rows(gradient, e),
               norm_rows(from, e), weight, rows_of(rstd), norm_rows(gradient, e), false,
               all_in_eights(e, weight, gradient, from));
      },
      x, d_y);
}

}  // namespace kaiaku::cuda
