// Attention by dot products of bf16 pairs. Compiled for AVX-512 with bf16, and called on such processors
// only.
#include "backend/cpu/avx512/attention_bf16.h"

namespace kaiaku {
namespace {

// c [kRows, kVectors * 16] = or += left right.
template <Store kStore, int kRows, int kVectors>
void block_product(Left left, Right right, int64_t k, float* c, int64_t c_stride) {
  __m512 sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] =
          kStore == Store::kAdd ? _mm512_loadu_ps(c + r * c_stride + v * kLanes) : _mm512_setzero_ps();
    }
  }
  for (int64_t p = 0; p < k; ++p) {
    __m512bh b[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      b[v] = reinterpret_cast<__m512bh>(_mm512_loadu_si512(right.data + p * right.stride + v * kLanes));
    }
    for (int r = 0; r < kRows; ++r) {
      const auto a =
          reinterpret_cast<__m512bh>(_mm512_set1_epi32(static_cast<int>(left.data[r * left.stride + p])));
      for (int v = 0; v < kVectors; ++v) sum[r][v] = _mm512_dpbf16_ps(sum[r][v], a, b[v]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) _mm512_storeu_ps(c + r * c_stride + v * kLanes, sum[r][v]);
  }
}

struct DotProducts {
  template <Store kStore>
  void multiply(Left left, Right right, int64_t m, int64_t n, int64_t k, float* c, int64_t c_stride) const {
    int64_t j = 0;
    for (; j + 4 * kLanes <= n; j += 4 * kLanes) columns<kStore, 4, 4>(left, right, j, m, k, c, c_stride);
    for (; j < n; j += kLanes) columns<kStore, 16, 1>(left, right, j, m, k, c, c_stride);
  }

 private:
  template <Store kStore, int kRows, int kVectors>
  static void columns(Left left, Right right, int64_t j, int64_t m, int64_t k, float* c, int64_t c_stride) {
    for (int64_t i = 0; i < m; i += kRows) {
      block_product<kStore, kRows, kVectors>({left.data + i * left.stride, left.stride},
                                             {right.data + j, right.stride}, k, c + i * c_stride + j,
                                             c_stride);
    }
  }
};

}  // namespace

const Bf16Attention kAttentionByDots{attention_forward<DotProducts>, attention_backward<DotProducts>};

}  // namespace kaiaku
