// Attention in tiles of kTile queries and kTile keys. No row of scores outlives its tile: forward keeps a
// running maximum and sum, backward computes the probabilities again from the log-sum-exp of each row. Every
// task writes to memory of its own, so the order in which threads take tasks doesn't show in the result.
#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/cpu/attention_bf16.h"
#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/exponential.h"
#include "backend/cpu/tile.h"
#include "base/processor.h"

namespace kaiaku {
namespace {

constexpr int64_t kTile = 64;
constexpr int64_t kMaxHeadDim = 256;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// One head of one sequence, or a block of its queries.
struct Task {
  int64_t first;  // first token of the sequence
  int64_t end;    // one past its last token
  int64_t head;
  int64_t block;  // first query

  int64_t length() const { return end - first; }
};

// Every sequence with every query head, in blocks of block_size queries; the long ones first.
std::vector<Task> tasks_of(const AttentionShape& shape, int64_t block_size) {
  std::vector<Task> tasks;
  for (int64_t s = 0; s < shape.n_sequences; ++s) {
    const int64_t first = shape.cu_seqlens[s];
    const int64_t end = shape.cu_seqlens[s + 1];
    for (int64_t head = 0; head < shape.n_heads; ++head) {
      for (int64_t block = first; block < end; block += block_size)
        tasks.push_back({first, end, head, block});
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const Task& a, const Task& b) { return a.length() > b.length(); });
  return tasks;
}

// The heads of q, k and v inside rows of [T, (H+2K)*E].
template <class M>
struct Heads {
  M rows;
  const AttentionShape& shape;

  M q(int64_t head) const { return at(head); }
  M k(int64_t kv_head) const { return at(shape.n_heads + kv_head); }
  M v(int64_t kv_head) const { return at(shape.n_heads + shape.n_kv_heads + kv_head); }
  M at(int64_t index) const { return rows.col_range(index * shape.head_dim, shape.head_dim); }
};

// to [E, kTile] = rows [first, first + n) of from [T, E] transposed, with zeros beyond n.
template <class T>
void transpose(MatrixView<const T> from, int64_t first, int64_t n, float* to) {
  for (int64_t e = 0; e < from.cols; ++e) std::fill(to + e * kTile + n, to + (e + 1) * kTile, 0.0f);
  for (int64_t i = 0; i < n; ++i) {
    const T* row = from.row(first + i);
    for (int64_t e = 0; e < from.cols; ++e) to[e * kTile + i] = to_float(row[e]);
  }
}

// Rows of a tile as floats: as they lie, or widened into memory of its own.
template <class T>
class TileRows {
 public:
  ConstMatrix load(MatrixView<const T> from, int64_t first, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      const T* row = from.row(first + i);
      float* to = values_ + i * from.cols;
#pragma omp simd
      for (int64_t c = 0; c < from.cols; ++c) to[c] = to_float(row[c]);
    }
    return {values_, n, from.cols, from.cols};
  }

 private:
  alignas(64) float values_[kTile * kMaxHeadDim];
};

template <>
class TileRows<float> {
 public:
  ConstMatrix load(ConstMatrix from, int64_t first, int64_t n) { return from.row_range(first, n); }
};

// Keys are computed in whole vectors; what is beyond the last one is masked.
int64_t padded(int64_t n_keys) {
  return (n_keys + 2 * kVec - 1) / (2 * kVec) * (2 * kVec);
}

// scores [n, n_keys], kTile apart = a [n, E] times b_transposed [E, n_keys].
void score_tile(ConstMatrix a, const float* b_transposed, int64_t n_keys, float* scores) {
  for (int64_t i = 0; i < a.rows; ++i) std::fill_n(scores + i * kTile, kTile, 0.0f);
  tile_multiply_add({a.data, a.stride, 1}, b_transposed, kTile, scores, kTile, a.rows, n_keys, a.cols);
}

// The keys of a tile's n_keys, from first_key on, that a query sees.
struct Visible {
  int64_t from, to;

  Visible(int64_t query, int64_t first_key, int64_t window)
      : from(std::clamp<int64_t>(query - window + 1 - first_key, 0, kTile)),
        to(std::clamp<int64_t>(query + 1 - first_key, 0, kTile)) {}
  void fill_rest(float* row, float value) const {
    std::fill(row, row + from, value);
    std::fill(row + to, row + kTile, value);
  }
};

// The first tile starts at the oldest key that the first query sees, so that every query sees a key of it.
template <class T>
void forward_task(const Task& task, MatrixView<const T> q, MatrixView<const T> k, MatrixView<const T> v,
                  float scale, int64_t window, MatrixView<T> y, Matrix lse) {
  TileRows<T> q_tile, v_tile;
  alignas(64) float k_transposed[kMaxHeadDim * kTile];
  alignas(64) float scores[kTile * kTile];
  alignas(64) float sums[kTile * kMaxHeadDim];
  float max[kTile];
  float total[kTile];
  const int64_t e = q.cols;
  const int64_t n = std::min(kTile, task.end - task.block);
  std::fill(sums, sums + n * e, 0.0f);
  std::fill(max, max + n, -kInfinity);
  std::fill(total, total + n, 0.0f);

  const ConstMatrix q_rows = q_tile.load(q, task.block, n);
  const int64_t first_key = std::max(task.first, task.block - window + 1);
  for (int64_t key = first_key; key < task.block + n; key += kTile) {
    const int64_t n_keys = std::min(kTile, task.end - key);
    const int64_t width = padded(n_keys);
    transpose(k, key, n_keys, k_transposed);
    score_tile(q_rows, k_transposed, width, scores);
    for (int64_t i = 0; i < n; ++i) {
      float* row = scores + i * kTile;
      Visible(task.block + i, key, window).fill_rest(row, -kInfinity);
      float tile_max = row[0];
#pragma omp simd reduction(max : tile_max)
      for (int64_t j = 0; j < kTile; ++j) tile_max = row[j] > tile_max ? row[j] : tile_max;
      const float new_max = std::max(max[i], tile_max * scale);
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t j = 0; j < kTile; ++j) {
        row[j] = exponential(row[j] * scale - new_max);
        sum += row[j];
      }
      const float shrink = exponential(max[i] - new_max);
      total[i] = total[i] * shrink + sum;
      max[i] = new_max;
#pragma omp simd
      for (int64_t c = 0; c < e; ++c) sums[i * e + c] *= shrink;
    }
    const ConstMatrix v_rows = v_tile.load(v, key, n_keys);
    tile_multiply_add({scores, kTile, 1}, v_rows.data, v_rows.stride, sums, e, n, e, n_keys);
  }

  for (int64_t i = 0; i < n; ++i) {
    const float inverse = 1.0f / total[i];
    T* y_i = y.row(task.block + i);
    for (int64_t c = 0; c < e; ++c) y_i[c] = rounded<T>(sums[i * e + c] * inverse);
    lse.row(task.block + i)[task.head] = max[i] + std::log(total[i]);
  }
}

template <class T>
float dot(const T* a, const T* b, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += to_float(a[i]) * to_float(b[i]);
  return sum;
}

// With P the probabilities and dS = P (d_y v^T - rowsum(d_y y)) scale: d_q = dS k, d_k = dS^T q, d_v = P^T
// d_y.
template <class T>
void backward_task(const Task& task, MatrixView<const T> q, MatrixView<const T> k, MatrixView<const T> v,
                   MatrixView<const T> y, MatrixView<const T> d_y, ConstMatrix lse, float scale,
                   int64_t window, Matrix d_q, Matrix d_k, Matrix d_v) {
  TileRows<T> q_tile, k_tile, d_y_tile;
  alignas(64) float k_transposed[kMaxHeadDim * kTile];
  alignas(64) float v_transposed[kMaxHeadDim * kTile];
  alignas(64) float p[kTile * kTile];
  alignas(64) float d_s[kTile * kTile];
  const int64_t e = q.cols;
  for (int64_t t = task.first; t < task.end; ++t) {
    for (const Matrix& gradient : {d_q, d_k, d_v}) std::fill_n(gradient.row(t), e, 0.0f);
  }

  for (int64_t key = task.first; key < task.end; key += kTile) {
    const int64_t n_keys = std::min(kTile, task.end - key);
    const int64_t width = padded(n_keys);
    transpose(k, key, n_keys, k_transposed);
    transpose(v, key, n_keys, v_transposed);
    const ConstMatrix k_rows = k_tile.load(k, key, n_keys);
    const int64_t end = std::min(task.end, key + n_keys - 1 + window);
    for (int64_t query = key; query < end; query += kTile) {
      const int64_t n = std::min(kTile, end - query);
      const ConstMatrix q_rows = q_tile.load(q, query, n);
      const ConstMatrix d_y_rows = d_y_tile.load(d_y, query, n);
      score_tile(q_rows, k_transposed, width, p);
      score_tile(d_y_rows, v_transposed, width, d_s);
      for (int64_t i = 0; i < n; ++i) {
        float* p_i = p + i * kTile;
        float* d_s_i = d_s + i * kTile;
        const float lse_i = lse.row(query + i)[task.head];
        const float delta = dot(d_y.row(query + i), y.row(query + i), e);
#pragma omp simd
        for (int64_t j = 0; j < kTile; ++j) {
          p_i[j] = exponential(p_i[j] * scale - lse_i);
          d_s_i[j] = p_i[j] * (d_s_i[j] - delta) * scale;
        }
        const Visible visible(query + i, key, window);
        visible.fill_rest(p_i, 0);
        visible.fill_rest(d_s_i, 0);
      }
      tile_multiply_add({d_s, kTile, 1}, k_rows.data, k_rows.stride, d_q.row(query), d_q.stride, n, e,
                        n_keys);
      tile_multiply_add({d_s, 1, kTile}, q_rows.data, q_rows.stride, d_k.row(key), d_k.stride, n_keys, e, n);
      tile_multiply_add({p, 1, kTile}, d_y_rows.data, d_y_rows.stride, d_v.row(key), d_v.stride, n_keys, e,
                        n);
    }
  }
}

// to [T, K*E] = the sum of each key/value head's query heads in from [T, H*E].
template <class T>
void sum_groups(ConstMatrix from, int64_t group, int64_t head_dim, MatrixView<T> to) {
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < to.rows; ++t) {
    for (int64_t head = 0; head < to.cols; head += head_dim) {
      const float* first = from.row(t) + head * group;
      T* to_head = to.row(t) + head;
      for (int64_t c = 0; c < head_dim; ++c) {
        float sum = first[c];
        for (int64_t g = 1; g < group; ++g) sum += first[g * head_dim + c];
        to_head[c] = rounded<T>(sum);
      }
    }
  }
}

template <class T>
void forward(const AttentionShape& shape, MatrixView<const T> qkv, MatrixView<T> y, Matrix lse) {
  const Heads<MatrixView<const T>> heads{qkv, shape};
  const int64_t e = shape.head_dim;
  const int64_t group = shape.n_heads / shape.n_kv_heads;
  const std::vector<Task> tasks = tasks_of(shape, kTile);
#pragma omp parallel for schedule(dynamic)
  for (size_t i = 0; i < tasks.size(); ++i) {
    const int64_t head = tasks[i].head;
    const int64_t kv_head = head / group;
    forward_task<T>(tasks[i], heads.q(head), heads.k(kv_head), heads.v(kv_head), shape.scale, shape.window,
                    y.col_range(head * e, e), lse);
  }
}

template <class T>
void backward(const AttentionShape& shape, MatrixView<const T> d_y, MatrixView<const T> qkv,
              MatrixView<const T> y, ConstMatrix lse, Matrix d_heads, MatrixView<T> d_qkv) {
  const Heads<MatrixView<const T>> heads{qkv, shape};
  const int64_t e = shape.head_dim;
  const int64_t group = shape.n_heads / shape.n_kv_heads;
  const int64_t q_width = shape.n_heads * e;
  const int64_t kv_width = shape.n_kv_heads * e;
  const Matrix d_q = d_heads.col_range(0, q_width);
  const Matrix d_k = d_heads.col_range(q_width, q_width);
  const Matrix d_v = d_heads.col_range(2 * q_width, q_width);

  const std::vector<Task> tasks = tasks_of(shape, qkv.rows);
#pragma omp parallel for schedule(dynamic)
  for (size_t i = 0; i < tasks.size(); ++i) {
    const int64_t head = tasks[i].head;
    const int64_t kv_head = head / group;
    const int64_t column = head * e;
    backward_task<T>(tasks[i], heads.q(head), heads.k(kv_head), heads.v(kv_head), y.col_range(column, e),
                     d_y.col_range(column, e), lse, shape.scale, shape.window, d_q.col_range(column, e),
                     d_k.col_range(column, e), d_v.col_range(column, e));
  }
  sum_groups(d_q, 1, e, d_qkv.col_range(0, q_width));
  sum_groups(d_k, group, e, d_qkv.col_range(q_width, kv_width));
  sum_groups(d_v, group, e, d_qkv.col_range(q_width + kv_width, kv_width));
}

// to [T, K*E] = the sum of each key/value head's query heads in from [H, T, E].
void sum_heads(const float* from, int64_t group, int64_t head_dim, MatrixView<Bf16> to) {
  const int64_t head_size = to.rows * head_dim;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < to.rows; ++t) {
    for (int64_t column = 0; column < to.cols; column += head_dim) {
      const float* first = from + column / head_dim * group * head_size + t * head_dim;
      Bf16* to_head = to.row(t) + column;
      for (int64_t c = 0; c < head_dim; ++c) {
        float sum = first[c];
        for (int64_t g = 1; g < group; ++g) sum += first[g * head_size + c];
        to_head[c] = rounded<Bf16>(sum);
      }
    }
  }
}

// A query head as the processor's bf16 unit takes it.
Bf16Head fast_head(const AttentionShape& shape, const Task& task, MatrixView<const Bf16> qkv) {
  const Heads<MatrixView<const Bf16>> heads{qkv, shape};
  const int64_t kv_head = task.head / (shape.n_heads / shape.n_kv_heads);
  return {heads.q(task.head).data,
          heads.k(kv_head).data,
          heads.v(kv_head).data,
          qkv.stride,
          shape.head_dim,
          task.first,
          task.end,
          shape.window,
          shape.scale};
}

void fast_forward(const Bf16Attention& attention, const AttentionShape& shape, MatrixView<const Bf16> qkv,
                  MatrixView<Bf16> y, Matrix lse) {
  const std::vector<Task> tasks = tasks_of(shape, kBf16Queries);
#pragma omp parallel for schedule(dynamic)
  for (size_t i = 0; i < tasks.size(); ++i) {
    const Task& task = tasks[i];
    attention.forward(fast_head(shape, task, qkv), {task.block, std::min(kBf16Queries, task.end - task.block),
                                                    y.row(task.block) + task.head * shape.head_dim, y.stride,
                                                    lse.row(task.block) + task.head, lse.stride});
  }
}

// Gradients of keys and values are summed head by head, each in rows of its own, so that a tile of them lies
// on few pages of memory.
void fast_backward(const Bf16Attention& attention, const AttentionShape& shape, MatrixView<const Bf16> d_y,
                   MatrixView<const Bf16> qkv, MatrixView<const Bf16> y, ConstMatrix lse, float* scratch,
                   MatrixView<Bf16> d_qkv) {
  const int64_t e = shape.head_dim;
  const int64_t group = shape.n_heads / shape.n_kv_heads;
  const int64_t q_width = shape.n_heads * e;
  const int64_t kv_width = shape.n_kv_heads * e;
  const int64_t head_size = qkv.rows * e;
  float* d_k = scratch;  // [H, T, E]
  float* d_v = scratch + shape.n_heads * head_size;

  const std::vector<Task> tasks = tasks_of(shape, qkv.rows);
#pragma omp parallel for schedule(dynamic)
  for (size_t i = 0; i < tasks.size(); ++i) {
    const int64_t head = tasks[i].head;
    const int64_t column = head * e;
    attention.backward(
        fast_head(shape, tasks[i], qkv),
        {y.data + column, d_y.data + column, y.stride, d_y.stride, lse.data + head, lse.stride,
         d_qkv.data + column, d_qkv.stride, d_k + head * head_size, d_v + head * head_size, e});
  }
  sum_heads(d_k, group, e, d_qkv.col_range(q_width, kv_width));
  sum_heads(d_v, group, e, d_qkv.col_range(q_width + kv_width, kv_width));
}

// nullptr: as on floats.
const Bf16Attention* fast_attention(DType type) {
  if (type != DType::kBf16) return nullptr;
  switch (bf16_unit()) {
    case Bf16Unit::kTiles:
      return &kAttentionByTiles;
    case Bf16Unit::kDotProducts:
      return &kAttentionByDots;
    default:
      return nullptr;
  }
}

}  // namespace

void CpuBackend::attention_forward(const AttentionShape& shape, ConstTensor qkv, Tensor y, Matrix lse) {
  if (const Bf16Attention* fast = fast_attention(qkv.type)) {
    return fast_forward(*fast, shape, qkv.as<Bf16>(), y.as<Bf16>(), lse);
  }
  with_type(qkv.type, [&](auto type) {
    using T = decltype(type);
    forward<T>(shape, qkv.as<T>(), y.as<T>(), lse);
  });
}

void CpuBackend::attention_backward(const AttentionShape& shape, ConstTensor d_y, ConstTensor qkv,
                                    ConstTensor y, ConstMatrix lse, Matrix d_heads, Tensor d_qkv) {
  if (const Bf16Attention* fast = fast_attention(qkv.type)) {
    return fast_backward(*fast, shape, d_y.as<Bf16>(), qkv.as<Bf16>(), y.as<Bf16>(), lse, d_heads.data,
                         d_qkv.as<Bf16>());
  }
  with_type(qkv.type, [&](auto type) {
    using T = decltype(type);
    backward<T>(shape, d_y.as<T>(), qkv.as<T>(), y.as<T>(), lse, d_heads, d_qkv.as<T>());
  });
}

}  // namespace kaiaku
