// Attention of a few queries on many keys: a query and head at a time, the keys in blocks with a running
// maximum and sum. The tiles of attention.cpp would be almost empty here.
#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/exponential.h"

namespace kaiaku {
namespace {

constexpr int64_t kBlock = 64;
constexpr int64_t kMaxHeadDim = 256;

// y [E] of q [E] on keys [first, end) of k and v [n, E].
template <class T>
void attend(const T* q, MatrixView<const T> k, MatrixView<const T> v, int64_t first, int64_t end, float scale,
            T* y) {
  float scores[kBlock];
  float sums[kMaxHeadDim];
  const int64_t e = k.cols;
  std::fill(sums, sums + e, 0.0f);
  float max = -std::numeric_limits<float>::infinity();
  float total = 0;
  for (int64_t key = first; key < end; key += kBlock) {
    const int64_t n = std::min(kBlock, end - key);
    float new_max = max;
    for (int64_t j = 0; j < n; ++j) {
      const T* k_j = k.row(key + j);
      float score = 0;
#pragma omp simd reduction(+ : score)
      for (int64_t c = 0; c < e; ++c) score += to_float(q[c]) * to_float(k_j[c]);
      scores[j] = score * scale;
      new_max = std::max(new_max, scores[j]);
    }
    const float shrink = exponential(max - new_max);
    total *= shrink;
#pragma omp simd
    for (int64_t c = 0; c < e; ++c) sums[c] *= shrink;
    for (int64_t j = 0; j < n; ++j) {
      const T* v_j = v.row(key + j);
      const float p = exponential(scores[j] - new_max);
      total += p;
#pragma omp simd
      for (int64_t c = 0; c < e; ++c) sums[c] += p * to_float(v_j[c]);
    }
    max = new_max;
  }
  const float inverse = 1.0f / total;
  for (int64_t c = 0; c < e; ++c) y[c] = rounded<T>(sums[c] * inverse);
}

template <class T>
void attend_all(const AttentionShape& shape, const CachedSequence* cached, MatrixView<const T> qkv,
                MatrixView<T> y) {
  const int64_t e = shape.head_dim;
  const int64_t group = shape.n_heads / shape.n_kv_heads;
  for (int64_t s = 0; s < shape.n_sequences; ++s) {
    const int64_t first_row = shape.cu_seqlens[s];
    const int64_t n_rows = shape.cu_seqlens[s + 1] - first_row;
    const auto kv = cached[s].kv.template as<T>();
#pragma omp parallel for collapse(2) schedule(static)
    for (int64_t i = 0; i < n_rows; ++i) {
      for (int64_t head = 0; head < shape.n_heads; ++head) {
        const int64_t kv_head = head / group;
        const auto k = kv.col_range(kv_head * e, e);
        const auto v = kv.col_range((shape.n_kv_heads + kv_head) * e, e);
        const int64_t end = cached[s].n_before + i + 1;
        attend<T>(qkv.row(first_row + i) + head * e, k, v, std::max<int64_t>(0, end - shape.window), end,
                  shape.scale, y.row(first_row + i) + head * e);
      }
    }
  }
}

}  // namespace

void CpuBackend::attention_cached(const AttentionShape& shape, const CachedSequence* cached, ConstTensor qkv,
                                  Tensor y) {
  with_type(y.type, [&](auto type) {
    using T = decltype(type);
    attend_all<T>(shape, cached, qkv.as<T>(), y.as<T>());
  });
}

}  // namespace kaiaku
