#include "attention_backward.cuh"
#include "attention_forward.cuh"
#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

// Calls body with the smallest head dimension that kernels are made for and this one fits in.
template <class Body>
void with_head_dim(int64_t head_dim, const Body& body) {
  if (head_dim <= 64) {
    body(std::integral_constant<int, 64>());
  } else if (head_dim <= 80) {
    body(std::integral_constant<int, 80>());
  } else if (head_dim <= 96) {
    body(std::integral_constant<int, 96>());
  } else if (head_dim <= 128) {
    body(std::integral_constant<int, 128>());
  } else {
    body(std::integral_constant<int, 256>());
  }
}

dim3 tile_grid(int64_t n_tokens, int64_t rows, int64_t n_heads) {
  return {static_cast<unsigned>((n_tokens + rows - 1) / rows), static_cast<unsigned>(n_heads)};
}

template <class T>
auto* values_of(T* bytes) {
  using Value = std::conditional_t<std::is_const_v<T>, const bf16, bf16>;
  return reinterpret_cast<Value*>(bytes);
}

}  // namespace

void CudaBackend::attention_forward(const AttentionShape& shape, ConstTensor qkv, Tensor y, Matrix lse) {
  const AttentionForward p{values_of(qkv.data),
                           values_of(y.data),
                           lse.data,
                           qkv.stride,
                           y.stride,
                           lse.stride,
                           static_cast<int>(shape.n_heads),
                           static_cast<int>(shape.n_kv_heads),
                           static_cast<int>(shape.head_dim),
                           shape.window,
                           shape.scale,
                           qkv.rows,
                           shape.begins};
  with_head_dim(shape.head_dim, [&](auto width) {
    constexpr int kE = decltype(width)::value;
    const auto kernel = attention_forward_kernel<kE>;
    allow_shared("attention_forward", kernel, kForwardShared<kE>);
    launch("attention_forward", kernel, tile_grid(qkv.rows, kQueries<kE>, shape.n_heads), kAttentionThreads,
           kForwardShared<kE>, stream(), p);
  });
}

void CudaBackend::attention_backward(const AttentionShape& shape, ConstTensor d_y, ConstTensor qkv,
                                     ConstTensor y, ConstMatrix lse, Matrix scratch, Tensor d_qkv) {
  float* delta = scratch.data;
  const int64_t rows = qkv.rows * shape.n_heads;
  constexpr int kRowsOfBlock = kAttentionThreads / kWarp;
  launch("attention_backward", attention_delta_kernel,
         static_cast<unsigned>((rows + kRowsOfBlock - 1) / kRowsOfBlock), kAttentionThreads, 0, stream(),
         values_of(y.data), values_of(d_y.data), y.stride, d_y.stride, delta, qkv.rows,
         static_cast<int>(shape.n_heads), static_cast<int>(shape.head_dim));
  const AttentionBackward p{values_of(qkv.data),
                            values_of(d_y.data),
                            lse.data,
                            delta,
                            values_of(d_qkv.data),
                            qkv.stride,
                            d_y.stride,
                            lse.stride,
                            d_qkv.stride,
                            static_cast<int>(shape.n_heads),
                            static_cast<int>(shape.n_kv_heads),
                            static_cast<int>(shape.head_dim),
                            shape.window,
                            shape.scale,
                            qkv.rows,
                            shape.begins,
                            shape.ends};
  with_head_dim(shape.head_dim, [&](auto width) {
    constexpr int kE = decltype(width)::value;
    const auto run = [&](auto kernel, int64_t n_heads) {
      allow_shared("attention_backward", kernel, kBackwardShared<kE>);
      launch("attention_backward", kernel, tile_grid(qkv.rows, kOwnRows, n_heads), kAttentionThreads,
             kBackwardShared<kE>, stream(), p);
    };
    run(attention_backward_q_kernel<kE>, shape.n_heads);
    if constexpr (kE > 128) {
      run(attention_backward_kv_kernel<kE, true, false>, shape.n_kv_heads);
      run(attention_backward_kv_kernel<kE, false, true>, shape.n_kv_heads);
    } else {
      run(attention_backward_kv_kernel<kE, true, true>, shape.n_kv_heads);
    }
  });
}

}  // namespace kaiaku::cuda
