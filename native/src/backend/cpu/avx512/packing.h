// The forms in which products read their operands, whole sixteens filled up with zeros: on the left a row for
// each row of the result, on the right a row for each pair of the sum.
#pragma once

#include "backend/cpu/avx512/vectors.h"

namespace kaiaku {
namespace {

constexpr int64_t kTile = 64;  // queries, and keys, at a time
constexpr int64_t kMaxHeadDim = 256;

enum class Store { kOverwrite, kAdd };

// The left operand: row i of pairs lies at data + i * stride.
struct Left {
  const Pair* data;
  int64_t stride;
};

// The right operand: row p, one value of each column's pair p, lies at data + p * stride.
struct Right {
  const Pair* data;
  int64_t stride;
};

// Rows [n, E] of a head as they come.
struct HeadRows {
  const Bf16* data;
  int64_t stride;
  int64_t n;
  int64_t head_dim;

  const Bf16* row(int64_t i) const { return data + i * stride; }
};

// The columns [from, from + 32) of row i, zeros beyond the rows and beyond E.
inline __m512i words_of(const HeadRows& rows, int64_t i, int64_t from) {
  if (i >= rows.n) return _mm512_setzero_si512();
  return _mm512_maskz_loadu_epi16(first_words(rows.head_dim - from), rows.row(i) + from);
}

// A tile's rows on the left of a sum over E: as they lie where they are whole, else copied.
class RowsLeft {
 public:
  Left load(const HeadRows& rows) {
    if (rows.n % kLanes == 0 && rows.head_dim % kWords == 0) return {pairs_of(rows.data), rows.stride / 2};
    const int64_t width = rounded_up(rows.head_dim, kWords);
    for (int64_t i = 0; i < rounded_up(rows.n, kLanes); ++i) {
      for (int64_t c = 0; c < width; c += kWords) {
        _mm512_store_si512(values_ + (i * width + c) / 2, words_of(rows, i, c));
      }
    }
    return {values_, width / 2};
  }

 private:
  alignas(64) Pair values_[kTile * kMaxHeadDim / 2];
};

// The block [16, 16] of pairs from row i and column c on, transposed: a row for each pair.
inline void transposed_pairs(const HeadRows& rows, int64_t i, int64_t c, __m512i* block) {
  for (int64_t r = 0; r < kLanes; ++r) block[r] = words_of(rows, i + r, c);
  transpose_block(block);
}

// A tile's rows on the right of a sum over E: [E/2, kTile].
class RowsRight {
 public:
  Right load(const HeadRows& rows) {
    for (int64_t i = 0; i < kTile; i += kLanes) {
      for (int64_t c = 0; c < rows.head_dim; c += kWords) {
        __m512i block[kLanes];
        transposed_pairs(rows, i, c, block);
        for (int64_t p = 0; p < kLanes; ++p) _mm512_store_si512(values_ + (c / 2 + p) * kTile + i, block[p]);
      }
    }
    return {values_, kTile};
  }

 private:
  alignas(64) Pair values_[kMaxHeadDim / 2 * kTile];
};

// A tile's columns on the left of a sum over rows: [E, kTile/2].
class ColumnsLeft {
 public:
  Left load(const HeadRows& rows) {
    for (int64_t i = 0; i < rows.n; i += kWords) {
      for (int64_t c = 0; c < rows.head_dim; c += kWords) {
        __m512i low[kLanes], high[kLanes];
        transposed_pairs(rows, i, c, low);
        transposed_pairs(rows, i + kLanes, c, high);
        for (int64_t p = 0; p < kLanes; ++p) {
          Pair* to = values_ + (c + 2 * p) * kStride + i / 2;
          _mm512_store_si512(to, firsts(low[p], high[p]));
          _mm512_store_si512(to + kStride, seconds(low[p], high[p]));
        }
      }
    }
    return {values_, kStride};
  }

 private:
  static constexpr int64_t kStride = kTile / 2;
  alignas(64) Pair values_[kMaxHeadDim * kStride];
};

// A tile's columns on the right of a sum over rows: [kTile/2, E].
class ColumnsRight {
 public:
  Right load(const HeadRows& rows) {
    const int64_t width = rounded_up(rows.head_dim, kWords);
    for (int64_t i = 0; i < rounded_up(rows.n, kWords); i += 2) {
      for (int64_t c = 0; c < width; c += kWords) {
        const __m512i even = words_of(rows, i, c), odd = words_of(rows, i + 1, c);
        Pair* to = values_ + i / 2 * width + c;
        _mm512_store_si512(to, zip_low(even, odd));
        _mm512_store_si512(to + kLanes, zip_high(even, odd));
      }
    }
    return {values_, width};
  }

 private:
  alignas(64) Pair values_[kTile / 2 * kMaxHeadDim];
};

// rows [n, E] in bf16 from columns [E, kTile] in floats, each column times its factor.
inline void store_columns(const float* columns, const float* factors, int64_t n, int64_t head_dim, Bf16* rows,
                          int64_t stride) {
  for (int64_t i = 0; i < n; i += kLanes) {
    const __m512 factor = _mm512_load_ps(factors + i);
    for (int64_t c = 0; c < head_dim; c += kLanes) {
      __m512i block[kLanes];
      for (int64_t r = 0; r < kLanes; ++r) {
        block[r] = _mm512_castps_si512(_mm512_mul_ps(_mm512_load_ps(columns + (c + r) * kTile + i), factor));
      }
      transpose_block(block);
      for (int64_t r = 0; r < smaller(kLanes, n - i); ++r) {
        _mm256_mask_storeu_epi16(rows + (i + r) * stride + c, first_lanes(head_dim - c),
                                 rounded_lanes(_mm512_castsi512_ps(block[r])));
      }
    }
  }
}

}  // namespace
}  // namespace kaiaku
