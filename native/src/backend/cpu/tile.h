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

// The left operand: value (i, p) lies at data[i * row_stride + p * col_stride], so its transpose costs
// nothing.
struct TileLeft {
  const float* data;
  int64_t row_stride;
  int64_t col_stride;
};

// c [kRows, kVecs*8] += a [kRows, k] b [k, kVecs*8], with the accumulators in registers.
template <int kRows, int kVecs>
inline void tile_kernel(TileLeft a, const float* b, int64_t b_stride, float* c, int64_t c_stride, int64_t k) {
  Vec sum[kRows][kVecs];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVecs; ++v) sum[r][v] = load(c + r * c_stride + v * kVec);
  }
  for (int64_t p = 0; p < k; ++p) {
    for (int v = 0; v < kVecs; ++v) {
      const Vec b_v = load(b + p * b_stride + v * kVec);
      for (int r = 0; r < kRows; ++r) sum[r][v] += a.data[r * a.row_stride + p * a.col_stride] * b_v;
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVecs; ++v) store(c + r * c_stride + v * kVec, sum[r][v]);
  }
}

template <int kVecs>
inline void tile_columns(TileLeft a, const float* b, int64_t b_stride, float* c, int64_t c_stride, int64_t m,
                         int64_t k) {
  constexpr int kRows = 4;
  const auto rows_from = [a](int64_t i) {
    return TileLeft{a.data + i * a.row_stride, a.row_stride, a.col_stride};
  };
  int64_t i = 0;
  for (; i + kRows <= m; i += kRows) {
    tile_kernel<kRows, kVecs>(rows_from(i), b, b_stride, c + i * c_stride, c_stride, k);
  }
  for (; i < m; ++i) tile_kernel<1, kVecs>(rows_from(i), b, b_stride, c + i * c_stride, c_stride, k);
}

// c [m, n] += a [m, k] b [k, n]; n is a multiple of 8.
inline void tile_multiply_add(TileLeft a, const float* b, int64_t b_stride, float* c, int64_t c_stride,
                              int64_t m, int64_t n, int64_t k) {
  int64_t j = 0;
  for (; j + 2 * kVec <= n; j += 2 * kVec) tile_columns<2>(a, b + j, b_stride, c + j, c_stride, m, k);
  for (; j < n; j += kVec) tile_columns<1>(a, b + j, b_stride, c + j, c_stride, m, k);
}

}  // namespace kaiaku
