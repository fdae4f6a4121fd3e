// Attention whose products are made by Products, the processor's unit: while one lives,
//   multiply<Store>(left, right, m, n, k, c, c_stride) makes c [m, n] = or += left [m, k pairs] right [k
//   pairs, n]
// where m, n and k are whole sixteens.
//
// Scores are kept transposed, a row for each key and a column for each of the tile's 64 queries: what softmax
// needs of a query is then found column by column.
#pragma once

#include "backend/cpu/attention_bf16.h"
#include "backend/cpu/avx512/packing.h"

namespace kaiaku {
namespace {

static_assert(kTile == kBf16Queries, "a task is a tile of queries");

constexpr int64_t kVecs = kTile / kLanes;
constexpr float kLog2E = 1.44269504f;
constexpr float kLn2 = 0.69314718f;
constexpr float kLowest = -3.0e38f;

// The queries [query, query + n) of a tile that see a key, a bit each.
inline uint64_t seeing(int64_t key, int64_t query, int64_t n, int64_t window) {
  const int64_t from = larger(0, key - query);
  const int64_t to = smaller(n, key - query + window);
  if (from >= to) return 0;
  const uint64_t below_to = to == 64 ? ~uint64_t{0} : (uint64_t{1} << to) - 1;
  return below_to & ~uint64_t{0} << from;
}

inline __mmask16 lanes_of(uint64_t queries, int64_t vec) {
  return static_cast<__mmask16>(queries >> (vec * kLanes));
}

// A tile of queries against a tile of keys.
struct TilePair {
  int64_t query, n;
  int64_t key, n_keys;
  int64_t window;

  uint64_t seeing_key(int64_t j) const { return seeing(key + j, query, n, window); }
};

// The tiles of keys that a tile of queries sees, by their first keys.
template <class Body>
void each_key_tile(const Bf16Head& head, int64_t query, int64_t n, const Body& body) {
  for (int64_t key = larger(head.first, query - head.window + 1); key < query + n; key += kTile) {
    body(TilePair{query, n, key, smaller(kTile, query + n - key), head.window});
  }
}

// Running statistics of a tile's queries; scores are multiples of ln 2.
struct Softmax {
  __m512 max[kVecs];
  __m512 total[kVecs];
};

// scores [keys, kTile] become probabilities, as pairs of keys in to [keys/2, kTile], scaled by 2^-max. shrink
// is what earlier probabilities have to be multiplied by.
inline void softmax_tile(const float* scores, const TilePair& at, float factor, Softmax& softmax,
                         __m512* shrink, Pair* to) {
  const __m512 f = _mm512_set1_ps(factor);
  __m512 max[kVecs];
  for (int64_t v = 0; v < kVecs; ++v) max[v] = softmax.max[v];
  for (int64_t j = 0; j < at.n_keys; ++j) {
    const uint64_t queries = at.seeing_key(j);
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
  int64_t j = 0;
  for (; j < at.n_keys; j += 2) {
    const uint64_t even = at.seeing_key(j), odd = at.seeing_key(j + 1);
    for (int64_t v = 0; v < kVecs; ++v) {
      const float* s = scores + j * kTile + v * kLanes;
      const __m512 a =
          _mm512_maskz_mov_ps(lanes_of(even, v), power_of_2(_mm512_fmsub_ps(_mm512_load_ps(s), f, max[v])));
      const __m512 b = _mm512_maskz_mov_ps(lanes_of(odd, v),
                                           power_of_2(_mm512_fmsub_ps(_mm512_load_ps(s + kTile), f, max[v])));
      softmax.total[v] = _mm512_add_ps(softmax.total[v], _mm512_add_ps(a, b));
      _mm512_store_si512(to + j / 2 * kTile + v * kLanes, rounded_pairs(a, b));
    }
  }
  for (; j < rounded_up(at.n_keys, kWords); j += 2) {
    for (int64_t v = 0; v < kVecs; ++v)
      _mm512_store_si512(to + j / 2 * kTile + v * kLanes, _mm512_setzero_si512());
  }
}

inline void shrink_columns(float* columns, int64_t head_dim, const __m512* shrink) {
  for (int64_t c = 0; c < head_dim; ++c) {
    for (int64_t v = 0; v < kVecs; ++v) {
      float* values = columns + c * kTile + v * kLanes;
      _mm512_store_ps(values, _mm512_mul_ps(_mm512_load_ps(values), shrink[v]));
    }
  }
}

template <class Products>
void attention_forward(const Bf16Head& head, const Bf16Queries& at) {
  const Products products;
  RowsRight q_rows;
  RowsLeft k_rows;
  ColumnsLeft v_columns;
  alignas(64) float scores[kTile * kTile];
  alignas(64) Pair p[kTile / 2 * kTile];
  alignas(64) float sums[kMaxHeadDim * kTile];  // y transposed, before it is divided by the total
  const int64_t e = head.head_dim;
  const int64_t e_lanes = rounded_up(e, kLanes), e_pairs = rounded_up(e, kWords) / 2;
  const Right q = q_rows.load({head.q + at.query * head.stride, head.stride, at.n, e});
  zero(sums, e_lanes * kTile);
  Softmax softmax;
  for (int64_t v = 0; v < kVecs; ++v) {
    softmax.max[v] = _mm512_set1_ps(kLowest);
    softmax.total[v] = _mm512_setzero_ps();
  }
  each_key_tile(head, at.query, at.n, [&](const TilePair& tile) {
    const Left k = k_rows.load({head.k + tile.key * head.stride, head.stride, tile.n_keys, e});
    products.template multiply<Store::kOverwrite>(k, q, rounded_up(tile.n_keys, kLanes), kTile, e_pairs,
                                                  scores, kTile);
    __m512 shrink[kVecs];
    softmax_tile(scores, tile, head.scale * kLog2E, softmax, shrink, p);
    shrink_columns(sums, e, shrink);
    const Left v = v_columns.load({head.v + tile.key * head.stride, head.stride, tile.n_keys, e});
    products.template multiply<Store::kAdd>(v, {p, kTile}, e_lanes, kTile,
                                            rounded_up(tile.n_keys, kWords) / 2, sums, kTile);
  });
  alignas(64) float max[kTile], total[kTile], inverse[kTile];
  for (int64_t v = 0; v < kVecs; ++v) {
    _mm512_store_ps(max + v * kLanes, softmax.max[v]);
    _mm512_store_ps(total + v * kLanes, softmax.total[v]);
    _mm512_store_ps(inverse + v * kLanes, _mm512_div_ps(_mm512_set1_ps(1.0f), softmax.total[v]));
  }
  store_columns(sums, inverse, at.n, e, at.y, at.y_stride);
  for (int64_t i = 0; i < at.n; ++i) at.lse[i * at.lse_stride] = max[i] * kLn2 + __builtin_logf(total[i]);
}

// What a tile of queries brings to every tile of keys.
class QueryTile {
 public:
  void load(const Bf16Head& head, const Bf16HeadGradients& g, int64_t query, int64_t n) {
    const int64_t e = head.head_dim;
    const HeadRows q{head.q + query * head.stride, head.stride, n, e};
    const HeadRows d_y{g.d_y + query * g.d_y_stride, g.d_y_stride, n, e};
    q_rows = q_rows_.load(q);
    d_y_rows = d_y_rows_.load(d_y);
    q_columns = q_columns_.load(q);
    d_y_columns = d_y_columns_.load(d_y);
    zero(lse, kTile);
    zero(delta, kTile);
    for (int64_t i = 0; i < n; ++i) {
      const Bf16* y_row = g.y + (query + i) * g.y_stride;
      __m512 sum = _mm512_setzero_ps();
      for (int64_t c = 0; c < e; c += kLanes) {
        const __mmask16 mask = first_lanes(e - c);
        sum = _mm512_fmadd_ps(floats(y_row + c, mask), floats(d_y.row(i) + c, mask), sum);
      }
      delta[i] = _mm512_reduce_add_ps(sum);
      lse[i] = g.lse[(query + i) * g.lse_stride] * kLog2E;
    }
  }

  Right q_rows, d_y_rows;          // for sums over E
  Right q_columns, d_y_columns;    // for sums over queries
  alignas(64) float lse[kTile];    // in multiples of ln 2
  alignas(64) float delta[kTile];  // rowsum(d_y y)

 private:
  RowsRight q_rows_, d_y_rows_;
  ColumnsRight q_columns_, d_y_columns_;
};

// Probabilities and gradients of scores of one tile, in the forms that the products read.
struct ScoreGradients {
  alignas(64) Bf16 p[kTile * kTile];              // [keys, queries]
  alignas(64) Bf16 d_s[kTile * kTile];            // [keys, queries]
  alignas(64) Pair d_s_pairs[kTile / 2 * kTile];  // [keys/2, queries]
};

// Those of one key and 16 queries.
struct ScoreGradient {
  __m512 p, d_s;
};

inline void score_gradients(const QueryTile& queries, const float* scores, const float* d_p,
                            const TilePair& at, float scale, ScoreGradients& to) {
  const __m512 factor = _mm512_set1_ps(scale * kLog2E), scale_lanes = _mm512_set1_ps(scale);
  const auto gradient = [&](int64_t j, int64_t v, uint64_t seen_by) -> ScoreGradient {
    const int64_t i = j * kTile + v * kLanes;
    const __m512 lse = _mm512_load_ps(queries.lse + v * kLanes);
    const __m512 delta = _mm512_load_ps(queries.delta + v * kLanes);
    const __mmask16 mask = lanes_of(seen_by, v);
    const __m512 p =
        _mm512_maskz_mov_ps(mask, power_of_2(_mm512_fmsub_ps(_mm512_load_ps(scores + i), factor, lse)));
    const __m512 d_p_less = _mm512_sub_ps(_mm512_load_ps(d_p + i), delta);
    return {p, _mm512_maskz_mul_ps(mask, _mm512_mul_ps(p, scale_lanes), d_p_less)};
  };
  int64_t j = 0;
  for (; j < at.n_keys; j += 2) {
    const uint64_t even_seen = at.seeing_key(j), odd_seen = at.seeing_key(j + 1);
    for (int64_t v = 0; v < kVecs; v += 2) {
      const ScoreGradient even[2] = {gradient(j, v, even_seen), gradient(j, v + 1, even_seen)};
      const ScoreGradient odd[2] = {gradient(j + 1, v, odd_seen), gradient(j + 1, v + 1, odd_seen)};
      const int64_t i = j * kTile + v * kLanes;
      _mm512_store_si512(to.p + i, rounded_words(even[0].p, even[1].p));
      _mm512_store_si512(to.p + i + kTile, rounded_words(odd[0].p, odd[1].p));
      const __m512i d_even = rounded_words(even[0].d_s, even[1].d_s);
      const __m512i d_odd = rounded_words(odd[0].d_s, odd[1].d_s);
      _mm512_store_si512(to.d_s + i, d_even);
      _mm512_store_si512(to.d_s + i + kTile, d_odd);
      Pair* pairs = to.d_s_pairs + j / 2 * kTile + v * kLanes;
      _mm512_store_si512(pairs, zip_low(d_even, d_odd));
      _mm512_store_si512(pairs + kLanes, zip_high(d_even, d_odd));
    }
  }
  for (; j < rounded_up(at.n_keys, kWords); j += 2) {
    const __m512i none = _mm512_setzero_si512();
    for (int64_t i = j * kTile; i < (j + 2) * kTile; i += kWords) {
      _mm512_store_si512(to.p + i, none);
      _mm512_store_si512(to.d_s + i, none);
    }
    for (int64_t v = 0; v < kVecs; ++v) _mm512_store_si512(to.d_s_pairs + j / 2 * kTile + v * kLanes, none);
  }
}

// c [m, n] += left right, where c may end within a sixteen.
template <class Products>
void add_product(const Products& products, Left left, Right right, int64_t m, int64_t n, int64_t k, float* c,
                 int64_t c_stride) {
  if (m % kLanes == 0 && n % kLanes == 0) {
    return products.template multiply<Store::kAdd>(left, right, m, n, k, c, c_stride);
  }
  alignas(64) float whole[kTile * kTile];
  for (int64_t from = 0; from < n; from += kTile) {
    const int64_t columns = smaller(kTile, n - from);
    products.template multiply<Store::kOverwrite>(left, {right.data + from, right.stride},
                                                  rounded_up(m, kLanes), rounded_up(columns, kLanes), k,
                                                  whole, kTile);
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < columns; j += kLanes) {
        const __mmask16 mask = first_lanes(columns - j);
        float* to = c + i * c_stride + from + j;
        _mm512_mask_storeu_ps(
            to, mask, _mm512_add_ps(_mm512_maskz_loadu_ps(mask, to), _mm512_load_ps(whole + i * kTile + j)));
      }
    }
  }
}

// With P the probabilities and dS = P (d_y v^T - rowsum(d_y y)) scale: d_q = dS k, d_k = dS^T q, d_v = P^T
// d_y.
template <class Products>
void attention_backward(const Bf16Head& head, const Bf16HeadGradients& g) {
  const Products products;
  QueryTile queries;
  RowsLeft rows;
  ColumnsLeft k_columns;
  ScoreGradients gradients;
  alignas(64) float scores[kTile * kTile];
  alignas(64) float d_p[kTile * kTile];
  alignas(64) float d_q[kMaxHeadDim * kTile];  // transposed
  alignas(64) float ones[kTile];
  const int64_t e = head.head_dim;
  const int64_t e_lanes = rounded_up(e, kLanes), e_pairs = rounded_up(e, kWords) / 2;
  for (int64_t v = 0; v < kVecs; ++v) _mm512_store_ps(ones + v * kLanes, _mm512_set1_ps(1.0f));
  for (int64_t t = head.first; t < head.end; ++t) {
    for (int64_t c = 0; c < e; c += 8) {
      _mm256_storeu_ps(g.d_k + t * g.d_kv_stride + c, _mm256_setzero_ps());
      _mm256_storeu_ps(g.d_v + t * g.d_kv_stride + c, _mm256_setzero_ps());
    }
  }
  for (int64_t query = head.first; query < head.end; query += kTile) {
    const int64_t n = smaller(kTile, head.end - query);
    const int64_t query_pairs = rounded_up(n, kWords) / 2;
    queries.load(head, g, query, n);
    zero(d_q, e_lanes * kTile);
    each_key_tile(head, query, n, [&](const TilePair& tile) {
      const int64_t n_keys = tile.n_keys, m = rounded_up(n_keys, kLanes);
      const HeadRows k{head.k + tile.key * head.stride, head.stride, n_keys, e};
      const HeadRows v{head.v + tile.key * head.stride, head.stride, n_keys, e};
      products.template multiply<Store::kOverwrite>(rows.load(k), queries.q_rows, m, kTile, e_pairs, scores,
                                                    kTile);
      products.template multiply<Store::kOverwrite>(rows.load(v), queries.d_y_rows, m, kTile, e_pairs, d_p,
                                                    kTile);
      score_gradients(queries, scores, d_p, tile, head.scale, gradients);
      add_product(products, {pairs_of(gradients.p), kTile / 2}, queries.d_y_columns, n_keys, e, query_pairs,
                  g.d_v + tile.key * g.d_kv_stride, g.d_kv_stride);
      add_product(products, {pairs_of(gradients.d_s), kTile / 2}, queries.q_columns, n_keys, e, query_pairs,
                  g.d_k + tile.key * g.d_kv_stride, g.d_kv_stride);
      products.template multiply<Store::kAdd>(k_columns.load(k), {gradients.d_s_pairs, kTile}, e_lanes, kTile,
                                              rounded_up(n_keys, kWords) / 2, d_q, kTile);
    });
    store_columns(d_q, ones, n, e, g.d_q + query * g.d_q_stride, g.d_q_stride);
  }
}

}  // namespace
}  // namespace kaiaku
