// Products of small matrices that stay in the cache: the inner loops of attention and merging.
#pragma once

#include <cstdint>
#include <cstring>

namespace kaiaku {

// Eight floats; compilers map it to one AVX or two NEON registers.
typedef float Vec __attribute__((vector_size(32)));
constexpr int64_t kVec = 8;

inline Vec load(const float* p) {
  Vec v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline void store(float* p, Vec v) {
  std::memcpy(p, &v, sizeof v);
}

// c [kRows, kVecs*8] += a [kRows, k] b [k, kVecs*8], with the accumulators in registers.
template <int kRows, int kVecs>
inline void tile_kernel(const float* a, int64_t a_stride, const float* b, int64_t b_stride, float* c,
                        int64_t c_stride, int64_t k) {
  Vec sum[kRows][kVecs];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVecs; ++v) sum[r][v] = load(c + r * c_stride + v * kVec);
  }
  for (int64_t p = 0; p < k; ++p) {
    for (int v = 0; v < kVecs; ++v) {
      const Vec b_v = load(b + p * b_stride + v * kVec);
      for (int r = 0; r < kRows; ++r) sum[r][v] += a[r * a_stride + p] * b_v;
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVecs; ++v) store(c + r * c_stride + v * kVec, sum[r][v]);
  }
}

template <int kVecs>
inline void tile_columns(const float* a, int64_t a_stride, const float* b, int64_t b_stride, float* c,
                         int64_t c_stride, int64_t m, int64_t k) {
  int64_t i = 0;
  for (; i + 4 <= m; i += 4) {
    tile_kernel<4, kVecs>(a + i * a_stride, a_stride, b, b_stride, c + i * c_stride, c_stride, k);
  }
  for (; i < m; ++i)
    tile_kernel<1, kVecs>(a + i * a_stride, a_stride, b, b_stride, c + i * c_stride, c_stride, k);
}

// c [m, n] += a [m, k] b [k, n]; n is a multiple of 8.
inline void tile_multiply_add(const float* a, int64_t a_stride, const float* b, int64_t b_stride, float* c,
                              int64_t c_stride, int64_t m, int64_t n, int64_t k) {
  int64_t j = 0;
  for (; j + 2 * kVec <= n; j += 2 * kVec)
    tile_columns<2>(a, a_stride, b + j, b_stride, c + j, c_stride, m, k);
  for (; j < n; j += kVec) tile_columns<1>(a, a_stride, b + j, b_stride, c + j, c_stride, m, k);
}

}  // namespace kaiaku
