// Compiled for AVX-512 with bf16, and called on such processors only; so nothing of the standard library that
// other files use too is instantiated here.
//
// Scores are kept transposed, a row for each key and a column for each of the tile's 64 queries: what softmax
// needs of a query is then found column by column, and keys and values are read as they lie in memory. A
// "pair" is two neighbouring values of the sum that a product makes, in 32 bits.
#include "backend/cpu/attention_bf16.h"

#include <immintrin.h>

namespace kaiaku {
namespace {

enum class Store { kOverwrite, kAdd };

typedef uint32_t Pair __attribute__((may_alias));

constexpr int64_t kTile = kBf16Queries;
constexpr int64_t kLanes = 16;
constexpr int64_t kVecs = kTile / kLanes;
constexpr int64_t kMaxHeadDim = 256;
constexpr float kLog2E = 1.44269504f;
constexpr float kLn2 = 0.69314718f;
constexpr float kLowest = -3.0e38f;

int64_t smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}

int64_t larger(int64_t a, int64_t b) {
  return a > b ? a : b;
}

int64_t rounded_up(int64_t n, int64_t unit) {
  return (n + unit - 1) / unit * unit;
}

// The first n lanes, all where there are more.
__mmask16 first_lanes(int64_t n) {
  return static_cast<__mmask16>(n >= kLanes ? 0xffff : (1 << n) - 1);
}

const Pair* pairs_of(const Bf16* values) {
  return reinterpret_cast<const Pair*>(values);
}

// The left operand of a product: pair (i, p) lies at data[i * row + p * col].
struct Left {
  const Pair* data;
  int64_t row, col;
};

// c [kRows, columns] = or += a [kRows, k pairs] b [k pairs, columns]; columns are kVectors times 16, the last
// 16 cut to mask.
template <Store kStore, int kRows, int kVectors>
void product_block(Left a, const Pair* b, int64_t b_stride, int64_t k, float* c, int64_t c_stride,
                   __mmask16 mask) {
  __m512 sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      const __mmask16 lanes = v == kVectors - 1 ? mask : first_lanes(kLanes);
      sum[r][v] = kStore == Store::kAdd ? _mm512_maskz_loadu_ps(lanes, c + r * c_stride + v * kLanes)
                                        : _mm512_setzero_ps();
    }
  }
  for (int64_t p = 0; p < k; ++p) {
    __m512i right[kVectors];
    for (int v = 0; v < kVectors; ++v) right[v] = _mm512_loadu_si512(b + p * b_stride + v * kLanes);
    for (int r = 0; r < kRows; ++r) {
      const auto left =
          reinterpret_cast<__m512bh>(_mm512_set1_epi32(static_cast<int>(a.data[r * a.row + p * a.col])));
      for (int v = 0; v < kVectors; ++v) {
        sum[r][v] = _mm512_dpbf16_ps(sum[r][v], left, reinterpret_cast<__m512bh>(right[v]));
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      const __mmask16 lanes = v == kVectors - 1 ? mask : first_lanes(kLanes);
      _mm512_mask_storeu_ps(c + r * c_stride + v * kLanes, lanes, sum[r][v]);
    }
  }
}

template <Store kStore, int kVectors>
void product_columns(Left a, const Pair* b, int64_t b_stride, int64_t m, int64_t k, float* c,
                     int64_t c_stride, __mmask16 mask) {
  constexpr int kRows = 6;
  int64_t i = 0;
  for (; i + kRows <= m; i += kRows) {
    product_block<kStore, kRows, kVectors>({a.data + i * a.row, a.row, a.col}, b, b_stride, k,
                                           c + i * c_stride, c_stride, mask);
  }
  // A tile has 64 rows, 4 more than sixes.
  for (; i + 4 <= m; i += 4) {
    product_block<kStore, 4, kVectors>({a.data + i * a.row, a.row, a.col}, b, b_stride, k, c + i * c_stride,
                                       c_stride, mask);
  }
  for (; i + 2 <= m; i += 2) {
    product_block<kStore, 2, kVectors>({a.data + i * a.row, a.row, a.col}, b, b_stride, k, c + i * c_stride,
                                       c_stride, mask);
  }
  if (i < m) {
    product_block<kStore, 1, kVectors>({a.data + i * a.row, a.row, a.col}, b, b_stride, k, c + i * c_stride,
                                       c_stride, mask);
  }
}

// c [m, n] = or += a [m, k pairs] b [k pairs, n]; rows of b hold n rounded up to 16.
template <Store kStore>
void product(Left a, const Pair* b, int64_t b_stride, int64_t m, int64_t n, int64_t k, float* c,
             int64_t c_stride) {
  int64_t j = 0;
  for (; j + 4 * kLanes <= n; j += 4 * kLanes) {
    product_columns<kStore, 4>(a, b + j, b_stride, m, k, c + j, c_stride, first_lanes(kLanes));
  }
  for (; j < n; j += kLanes) {
    product_columns<kStore, 1>(a, b + j, b_stride, m, k, c + j, c_stride, first_lanes(n - j));
  }
}

void zero(float* values, int64_t n) {
  for (int64_t i = 0; i < n; i += kLanes) _mm512_storeu_ps(values + i, _mm512_setzero_ps());
}

// rows [16, 16] become their transpose.
void transpose_block(__m512i* rows) {
  __m512i a[kLanes], b[kLanes];
  for (int i = 0; i < kLanes; i += 2) {
    a[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    a[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < kLanes; i += 4) {
    b[i] = _mm512_unpacklo_epi64(a[i], a[i + 2]);
    b[i + 1] = _mm512_unpackhi_epi64(a[i], a[i + 2]);
    b[i + 2] = _mm512_unpacklo_epi64(a[i + 1], a[i + 3]);
    b[i + 3] = _mm512_unpackhi_epi64(a[i + 1], a[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    const __m512i low = _mm512_shuffle_i32x4(b[i], b[i + 4], 0x88),
                  low2 = _mm512_shuffle_i32x4(b[i], b[i + 4], 0xdd);
    const __m512i high = _mm512_shuffle_i32x4(b[i + 8], b[i + 12], 0x88);
    const __m512i high2 = _mm512_shuffle_i32x4(b[i + 8], b[i + 12], 0xdd);
    rows[i] = _mm512_shuffle_i32x4(low, high, 0x88);
    rows[i + 4] = _mm512_shuffle_i32x4(low2, high2, 0x88);
    rows[i + 8] = _mm512_shuffle_i32x4(low, high, 0xdd);
    rows[i + 12] = _mm512_shuffle_i32x4(low2, high2, 0xdd);
  }
}

// to [E/2, kTile]: pairs of neighbouring columns of rows [n, E], transposed; zeros beyond n.
void transpose_pairs(const Bf16* rows, int64_t stride, int64_t n, int64_t head_dim, Pair* to) {
  const int64_t n_pairs = head_dim / 2;
  for (int64_t i = 0; i < kTile; i += kLanes) {
    for (int64_t p = 0; p < n_pairs; p += kLanes) {
      const __mmask16 mask = first_lanes(n_pairs - p);
      __m512i block[kLanes];
      for (int64_t r = 0; r < kLanes; ++r) {
        block[r] = i + r < n ? _mm512_maskz_loadu_epi32(mask, pairs_of(rows + (i + r) * stride) + p)
                             : _mm512_setzero_si512();
      }
      transpose_block(block);
      const int64_t columns = smaller(kLanes, n_pairs - p);
      for (int64_t c = 0; c < columns; ++c) _mm512_store_si512(to + (p + c) * kTile + i, block[c]);
    }
  }
}

// to [n/2, width]: pairs of neighbouring rows of rows [n, E]; zeros beyond n and beyond E.
void interleave_rows(const Bf16* rows, int64_t stride, int64_t n, int64_t head_dim, int64_t width, Pair* to) {
  for (int64_t i = 0; i < n; i += 2) {
    const Bf16* even = rows + i * stride;
    const Bf16* odd = even + stride;
    Pair* pairs = to + i / 2 * width;
    for (int64_t c = 0; c < width; c += kLanes) {
      const __mmask16 mask = first_lanes(head_dim - c);
      const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, even + c));
      const __m512i high =
          i + 1 < n ? _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, odd + c)) : _mm512_setzero_si512();
      _mm512_storeu_si512(pairs + c, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
    }
  }
}

__m512 floats(const Bf16* values, __mmask16 mask) {
  return _mm512_castsi512_ps(
      _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, values)), 16));
}

__m256i rounded_lanes(__m512 values) {
  return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values));
}

// a below, b above.
__m512i pair_lanes(__m512 a, __m512 b) {
  return _mm512_or_si512(_mm512_cvtepu16_epi32(rounded_lanes(a)),
                         _mm512_slli_epi32(_mm512_cvtepu16_epi32(rounded_lanes(b)), 16));
}

// 2^x within 3e-6 of its value, for x up to 127.
__m512 power_of_2(__m512 x) {
  const __m512 bounded = _mm512_max_ps(x, _mm512_set1_ps(-126.0f));
  const __m512 n = _mm512_roundscale_ps(bounded, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 r = _mm512_sub_ps(bounded, n);
  __m512 p = _mm512_set1_ps(1.33335581e-3f);
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(9.61812911e-3f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.55041087e-2f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(2.40226507e-1f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(6.93147181e-1f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, n);
}

// The queries [query, query + n) of a tile that see a key, a bit each.
uint64_t seeing(int64_t key, int64_t query, int64_t n, int64_t window) {
  const int64_t from = larger(0, key - query);
  const int64_t to = smaller(n, key - query + window);
  if (from >= to) return 0;
  const uint64_t below_to = to == 64 ? ~uint64_t{0} : (uint64_t{1} << to) - 1;
  return below_to & ~uint64_t{0} << from;
}

__mmask16 lanes_of(uint64_t queries, int64_t vec) {
  return static_cast<__mmask16>(queries >> (vec * kLanes));
}

// Running statistics of a tile's queries; scores are multiples of ln 2.
struct Softmax {
  __m512 max[kVecs];
  __m512 total[kVecs];
};

// scores [n_keys, kTile] become probabilities, as pairs of keys in to [n_keys/2, kTile], scaled by 2^-max.
// shrink is what earlier probabilities have to be multiplied by.
void softmax_tile(const float* scores, int64_t key, int64_t n_keys, int64_t query, int64_t n, int64_t window,
                  float factor, Softmax& softmax, __m512* shrink, Pair* to) {
  const __m512 f = _mm512_set1_ps(factor);
  __m512 max[kVecs];
  for (int64_t v = 0; v < kVecs; ++v) max[v] = softmax.max[v];
  for (int64_t j = 0; j < n_keys; ++j) {
    const uint64_t queries = seeing(key + j, query, n, window);
    for (int64_t v = 0; v < kVecs; ++v) {
      const __m512 s = _mm512_mul_ps(_mm512_load_ps(scores + j * kTile + v * kLanes), f);
      max[v] = _mm512_mask_max_ps(max[v], lanes_of(queries, v), max[v], s);
    }
  }
  for (int64_t v = 0; v < kVecs; ++v) {
    shrink[v] = power_of_2(_mm512_sub_ps(softmax.max[v], max[v]));
    softmax.max[v] = max[v];
    softmax.total[v] = _mm512_mul_ps(softmax.total[v], shrink[v]);
  }
  for (int64_t j = 0; j < n_keys; j += 2) {
    const uint64_t even = seeing(key + j, query, n, window);
    const uint64_t odd = j + 1 < n_keys ? seeing(key + j + 1, query, n, window) : 0;
    for (int64_t v = 0; v < kVecs; ++v) {
      const float* s = scores + j * kTile + v * kLanes;
      const __m512 a =
          _mm512_maskz_mov_ps(lanes_of(even, v), power_of_2(_mm512_fmsub_ps(_mm512_load_ps(s), f, max[v])));
      const __m512 b = _mm512_maskz_mov_ps(lanes_of(odd, v),
                                           power_of_2(_mm512_fmsub_ps(_mm512_load_ps(s + kTile), f, max[v])));
      softmax.total[v] = _mm512_add_ps(softmax.total[v], _mm512_add_ps(a, b));
      _mm512_store_si512(to + j / 2 * kTile + v * kLanes, pair_lanes(a, b));
    }
  }
}

// rows [n, E] in bf16 from columns [E, kTile], each column times its factor.
void store_columns(const float* columns, const float* factors, int64_t n, int64_t head_dim, Bf16* rows,
                   int64_t stride) {
  for (int64_t i = 0; i < n; i += kLanes) {
    const __m512 factor = _mm512_load_ps(factors + i);
    for (int64_t c = 0; c < head_dim; c += kLanes) {
      __m512i block[kLanes];
      for (int64_t r = 0; r < kLanes; ++r) {
        block[r] = _mm512_castps_si512(_mm512_mul_ps(_mm512_load_ps(columns + (c + r) * kTile + i), factor));
      }
      transpose_block(block);
      const int64_t left = smaller(kLanes, n - i);
      for (int64_t r = 0; r < left; ++r) {
        _mm256_mask_storeu_epi16(rows + (i + r) * stride + c, first_lanes(head_dim - c),
                                 rounded_lanes(_mm512_castsi512_ps(block[r])));
      }
    }
  }
}

// What a tile of queries brings to every tile of keys.
struct QueryTile {
  alignas(64) Pair q_transposed[kMaxHeadDim / 2 * kTile];
  alignas(64) Pair d_y_transposed[kMaxHeadDim / 2 * kTile];
  alignas(64) Pair q_pairs[kTile / 2 * kMaxHeadDim];
  alignas(64) Pair d_y_pairs[kTile / 2 * kMaxHeadDim];
  alignas(64) float lse[kTile];    // in multiples of ln 2
  alignas(64) float delta[kTile];  // rowsum(d_y y)
};

void load_query_tile(const Bf16Head& head, const Bf16HeadGradients& g, int64_t query, int64_t n,
                     int64_t width, QueryTile& tile) {
  const int64_t e = head.head_dim;
  const Bf16* q = head.q + query * head.stride;
  const Bf16* d_y = g.d_y + query * g.d_y_stride;
  const Bf16* y = g.y + query * g.y_stride;
  transpose_pairs(q, head.stride, n, e, tile.q_transposed);
  transpose_pairs(d_y, g.d_y_stride, n, e, tile.d_y_transposed);
  interleave_rows(q, head.stride, n, e, width, tile.q_pairs);
  interleave_rows(d_y, g.d_y_stride, n, e, width, tile.d_y_pairs);
  zero(tile.lse, kTile);
  zero(tile.delta, kTile);
  for (int64_t i = 0; i < n; ++i) {
    __m512 sum = _mm512_setzero_ps();
    for (int64_t c = 0; c < e; c += kLanes) {
      const __mmask16 mask = first_lanes(e - c);
      sum = _mm512_fmadd_ps(floats(y + i * g.y_stride + c, mask), floats(d_y + i * g.d_y_stride + c, mask),
                            sum);
    }
    tile.delta[i] = _mm512_reduce_add_ps(sum);
    tile.lse[i] = g.lse[(query + i) * g.lse_stride] * kLog2E;
  }
}

// Probabilities and gradients of scores of one tile, in the forms that the products read.
struct ScoreGradients {
  alignas(64) Bf16 p[kTile * kTile];              // [keys, queries]
  alignas(64) Bf16 d_s[kTile * kTile];            // [keys, queries]
  alignas(64) Pair d_s_pairs[kTile / 2 * kTile];  // [keys/2, queries]
};

void score_gradients(const QueryTile& tile, const float* scores, const float* d_p, int64_t key,
                     int64_t n_keys, int64_t query, int64_t n, const Bf16Head& head, ScoreGradients& to) {
  const __m512 factor = _mm512_set1_ps(head.scale * kLog2E);
  const __m512 scale = _mm512_set1_ps(head.scale);
  for (int64_t v = 0; v < kVecs; ++v) {
    const __m512 lse = _mm512_load_ps(tile.lse + v * kLanes);
    const __m512 delta = _mm512_load_ps(tile.delta + v * kLanes);
    for (int64_t j = 0; j < n_keys; j += 2) {
      __m512 d_s[2];
      for (int64_t side = 0; side < 2; ++side) {
        const int64_t at = (j + side) * kTile + v * kLanes;
        const uint64_t queries = j + side < n_keys ? seeing(key + j + side, query, n, head.window) : 0;
        const __m512 p = _mm512_maskz_mov_ps(
            lanes_of(queries, v), power_of_2(_mm512_fmsub_ps(_mm512_load_ps(scores + at), factor, lse)));
        const __m512 d =
            _mm512_mul_ps(_mm512_mul_ps(p, scale), _mm512_sub_ps(_mm512_load_ps(d_p + at), delta));
        d_s[side] = _mm512_maskz_mov_ps(lanes_of(queries, v), d);
        _mm256_store_si256(reinterpret_cast<__m256i*>(to.p + at), rounded_lanes(p));
        _mm256_store_si256(reinterpret_cast<__m256i*>(to.d_s + at), rounded_lanes(d_s[side]));
      }
      _mm512_store_si512(to.d_s_pairs + j / 2 * kTile + v * kLanes, pair_lanes(d_s[0], d_s[1]));
    }
  }
}

}  // namespace

void bf16_attention_forward(const Bf16Head& head, int64_t query, int64_t n, Bf16* y, int64_t y_stride,
                            float* lse, int64_t lse_stride) {
  alignas(64) Pair q_transposed[kMaxHeadDim / 2 * kTile];
  alignas(64) Pair v_pairs[kTile / 2 * kMaxHeadDim];
  alignas(64) float scores[kTile * kTile];
  alignas(64) Pair p_pairs[kTile / 2 * kTile];
  alignas(64) float sums[kMaxHeadDim * kTile];  // y transposed, before it is divided by the total
  const int64_t e = head.head_dim;
  const int64_t width = rounded_up(e, kLanes);
  transpose_pairs(head.q + query * head.stride, head.stride, n, e, q_transposed);
  zero(sums, width * kTile);
  Softmax softmax;
  for (int64_t v = 0; v < kVecs; ++v) {
    softmax.max[v] = _mm512_set1_ps(kLowest);
    softmax.total[v] = _mm512_setzero_ps();
  }
  for (int64_t key = larger(head.first, query - head.window + 1); key < query + n; key += kTile) {
    const int64_t n_keys = smaller(kTile, query + n - key);
    product<Store::kOverwrite>({pairs_of(head.k + key * head.stride), head.stride / 2, 1}, q_transposed,
                               kTile, n_keys, kTile, e / 2, scores, kTile);
    __m512 shrink[kVecs];
    softmax_tile(scores, key, n_keys, query, n, head.window, head.scale * kLog2E, softmax, shrink, p_pairs);
    for (int64_t c = 0; c < e; ++c) {
      for (int64_t v = 0; v < kVecs; ++v) {
        float* sum = sums + c * kTile + v * kLanes;
        _mm512_store_ps(sum, _mm512_mul_ps(_mm512_load_ps(sum), shrink[v]));
      }
    }
    interleave_rows(head.v + key * head.stride, head.stride, n_keys, e, width, v_pairs);
    product<Store::kAdd>({v_pairs, 1, width}, p_pairs, kTile, e, kTile, (n_keys + 1) / 2, sums, kTile);
  }
  alignas(64) float max[kTile], total[kTile], inverse[kTile];
  for (int64_t v = 0; v < kVecs; ++v) {
    _mm512_store_ps(max + v * kLanes, softmax.max[v]);
    _mm512_store_ps(total + v * kLanes, softmax.total[v]);
    _mm512_store_ps(inverse + v * kLanes, _mm512_div_ps(_mm512_set1_ps(1.0f), softmax.total[v]));
  }
  store_columns(sums, inverse, n, e, y, y_stride);
  for (int64_t i = 0; i < n; ++i) lse[i * lse_stride] = max[i] * kLn2 + __builtin_logf(total[i]);
}

// With P the probabilities and dS = P (d_y v^T - rowsum(d_y y)) scale: d_q = dS k, d_k = dS^T q, d_v = P^T
// d_y.
void bf16_attention_backward(const Bf16Head& head, const Bf16HeadGradients& g) {
  QueryTile tile;
  ScoreGradients gradients;
  alignas(64) float scores[kTile * kTile];
  alignas(64) float d_p[kTile * kTile];
  alignas(64) float d_q[kTile * kMaxHeadDim];
  alignas(64) Pair k_pairs[kTile / 2 * kMaxHeadDim];
  const int64_t e = head.head_dim;
  const int64_t width = rounded_up(e, kLanes);
  for (int64_t t = head.first; t < head.end; ++t) {
    for (int64_t c = 0; c < e; c += 8) {
      _mm256_storeu_ps(g.d_k + t * g.d_kv_stride + c, _mm256_setzero_ps());
      _mm256_storeu_ps(g.d_v + t * g.d_kv_stride + c, _mm256_setzero_ps());
    }
  }
  for (int64_t query = head.first; query < head.end; query += kTile) {
    const int64_t n = smaller(kTile, head.end - query);
    load_query_tile(head, g, query, n, width, tile);
    zero(d_q, n * width);
    for (int64_t key = larger(head.first, query - head.window + 1); key < query + n; key += kTile) {
      const int64_t n_keys = smaller(kTile, query + n - key);
      const int64_t query_pairs = (n + 1) / 2;
      product<Store::kOverwrite>({pairs_of(head.k + key * head.stride), head.stride / 2, 1},
                                 tile.q_transposed, kTile, n_keys, kTile, e / 2, scores, kTile);
      product<Store::kOverwrite>({pairs_of(head.v + key * head.stride), head.stride / 2, 1},
                                 tile.d_y_transposed, kTile, n_keys, kTile, e / 2, d_p, kTile);
      score_gradients(tile, scores, d_p, key, n_keys, query, n, head, gradients);
      product<Store::kAdd>({pairs_of(gradients.p), kTile / 2, 1}, tile.d_y_pairs, width, n_keys, e,
                           query_pairs, g.d_v + key * g.d_kv_stride, g.d_kv_stride);
      product<Store::kAdd>({pairs_of(gradients.d_s), kTile / 2, 1}, tile.q_pairs, width, n_keys, e,
                           query_pairs, g.d_k + key * g.d_kv_stride, g.d_kv_stride);
      interleave_rows(head.k + key * head.stride, head.stride, n_keys, e, width, k_pairs);
      product<Store::kAdd>({gradients.d_s_pairs, 1, kTile}, k_pairs, width, n, e, (n_keys + 1) / 2, d_q,
                           width);
    }
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t c = 0; c < e; c += kLanes) {
        const __mmask16 mask = first_lanes(e - c);
        _mm256_mask_storeu_epi16(g.d_q + (query + i) * g.d_q_stride + c, mask,
                                 rounded_lanes(_mm512_load_ps(d_q + i * width + c)));
      }
    }
  }
}

}  // namespace kaiaku
