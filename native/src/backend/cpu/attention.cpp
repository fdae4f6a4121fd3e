// Attention in tiles of kTile queries and kTile keys. No row of scores outlives its tile: forward keeps a
// running maximum and sum, backward computes the probabilities again from the log-sum-exp of each row. Every
// task writes to rows of its own, so the order in which threads take tasks doesn't show in the result.
#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/backend.h"
#include "backend/cpu/exponential.h"
#include "backend/cpu/tile.h"

namespace kaiaku {
namespace {

constexpr int64_t kTile = 64;
constexpr int64_t kMaxHeadDim = 256;

// One block of rows of one head of one sequence.
struct Task {
  int64_t first;  // first token of the sequence
  int64_t end;    // one past its last token
  int64_t head;
  int64_t block;  // first token of the block

  int64_t rows() const { return std::min(kTile, end - block); }
};

std::vector<Task> tasks_of(const AttentionShape& shape, int64_t n_heads) {
  std::vector<Task> tasks;
  for (int64_t s = 0; s < shape.n_sequences; ++s) {
    const int64_t first = shape.cu_seqlens[s];
    const int64_t end = shape.cu_seqlens[s + 1];
    for (int64_t head = 0; head < n_heads; ++head) {
      for (int64_t block = first; block < end; block += kTile) tasks.push_back({first, end, head, block});
    }
  }
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
void transpose(ConstMatrix from, int64_t first, int64_t n, float* to) {
  for (int64_t e = 0; e < from.cols; ++e) std::fill(to + e * kTile + n, to + (e + 1) * kTile, 0.0f);
  for (int64_t i = 0; i < n; ++i) {
    const float* row = from.row(first + i);
    for (int64_t e = 0; e < from.cols; ++e) to[e * kTile + i] = row[e];
  }
}

// scores [n, kTile] = rows [first, first + n) of a [T, E] times b_transposed [E, kTile].
void score_tile(ConstMatrix a, int64_t first, int64_t n, const float* b_transposed, float* scores) {
  std::fill(scores, scores + n * kTile, 0.0f);
  tile_multiply_add(a.row(first), a.stride, b_transposed, kTile, scores, kTile, n, kTile, a.cols);
}

// c [n, E] += weights [n, kTile] times rows [first, first + m) of b [T, E].
void add_weighted_rows(const float* weights, int64_t n, ConstMatrix b, int64_t first, int64_t m, float* c,
                       int64_t c_stride) {
  tile_multiply_add(weights, kTile, b.row(first), b.stride, c, c_stride, n, b.cols, m);
}

void forward_task(const Task& task, ConstMatrix q, ConstMatrix k, ConstMatrix v, float scale, Matrix y,
                  Matrix lse) {
  alignas(64) float k_transposed[kMaxHeadDim * kTile];
  alignas(64) float scores[kTile * kTile];
  alignas(64) float sums[kTile * kMaxHeadDim];
  float max[kTile];
  float total[kTile];
  const int64_t e = q.cols;
  const int64_t n = task.rows();
  std::fill(sums, sums + n * e, 0.0f);
  std::fill(max, max + n, -std::numeric_limits<float>::infinity());
  std::fill(total, total + n, 0.0f);

  for (int64_t key = task.first; key < task.block + n; key += kTile) {
    const int64_t n_keys = std::min(kTile, task.end - key);
    transpose(k, key, n_keys, k_transposed);
    score_tile(q, task.block, n, k_transposed, scores);
    for (int64_t i = 0; i < n; ++i) {
      float* row = scores + i * kTile;
      const int64_t visible = std::min(kTile, task.block + i - key + 1);
      std::fill(row + visible, row + kTile, -std::numeric_limits<float>::infinity());
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
    add_weighted_rows(scores, n, v, key, n_keys, sums, e);
  }

  for (int64_t i = 0; i < n; ++i) {
    const float inverse = 1.0f / total[i];
    float* y_i = y.row(task.block + i);
    for (int64_t c = 0; c < e; ++c) y_i[c] = sums[i * e + c] * inverse;
    lse.row(task.block + i)[task.head] = max[i] + std::log(total[i]);
  }
}

// d_q of a block of queries: with P the probabilities, dS = P (d_y v^T - delta) scale and d_q = dS k.
void backward_query_task(const Task& task, ConstMatrix q, ConstMatrix k, ConstMatrix v, ConstMatrix d_y,
                         ConstMatrix lse, ConstMatrix delta, float scale, Matrix d_q) {
  alignas(64) float transposed[kMaxHeadDim * kTile];
  alignas(64) float scores[kTile * kTile];
  alignas(64) float d_scores[kTile * kTile];
  const int64_t n = task.rows();
  for (int64_t i = 0; i < n; ++i) std::fill_n(d_q.row(task.block + i), d_q.cols, 0.0f);

  for (int64_t key = task.first; key < task.block + n; key += kTile) {
    const int64_t n_keys = std::min(kTile, task.end - key);
    transpose(k, key, n_keys, transposed);
    score_tile(q, task.block, n, transposed, scores);
    transpose(v, key, n_keys, transposed);
    score_tile(d_y, task.block, n, transposed, d_scores);
    for (int64_t i = 0; i < n; ++i) {
      float* row = scores + i * kTile;
      const float* d_row = d_scores + i * kTile;
      const float lse_i = lse.row(task.block + i)[task.head];
      const float delta_i = delta.row(task.block + i)[task.head];
#pragma omp simd
      for (int64_t j = 0; j < kTile; ++j)
        row[j] = exponential(row[j] * scale - lse_i) * (d_row[j] - delta_i) * scale;
      const int64_t visible = std::min(kTile, task.block + i - key + 1);
      std::fill(row + visible, row + kTile, 0.0f);
    }
    add_weighted_rows(scores, n, k, key, n_keys, d_q.row(task.block), d_q.stride);
  }
}

// Adds one query head's share to d_k and d_v of a block of keys: d_v += P^T d_y and d_k += dS^T q. Tiles are
// kept transposed, keys by queries, so that every product runs along rows.
void backward_key_task(const Task& task, int64_t head, ConstMatrix q, ConstMatrix k, ConstMatrix v,
                       ConstMatrix d_y, ConstMatrix lse, ConstMatrix delta, float scale, Matrix d_k,
                       Matrix d_v) {
  alignas(64) float transposed[kMaxHeadDim * kTile];
  alignas(64) float scores[kTile * kTile];
  alignas(64) float d_scores[kTile * kTile];
  alignas(64) float lse_tile[kTile];
  alignas(64) float delta_tile[kTile];
  const int64_t n = task.rows();

  for (int64_t query = task.block; query < task.end; query += kTile) {
    const int64_t n_queries = std::min(kTile, task.end - query);
    std::fill(lse_tile + n_queries, lse_tile + kTile, std::numeric_limits<float>::infinity());
    std::fill(delta_tile + n_queries, delta_tile + kTile, 0.0f);
    for (int64_t j = 0; j < n_queries; ++j) {
      lse_tile[j] = lse.row(query + j)[head];
      delta_tile[j] = delta.row(query + j)[head];
    }
    transpose(q, query, n_queries, transposed);
    score_tile(k, task.block, n, transposed, scores);
    transpose(d_y, query, n_queries, transposed);
    score_tile(v, task.block, n, transposed, d_scores);
    for (int64_t i = 0; i < n; ++i) {
      float* row = scores + i * kTile;
      float* d_row = d_scores + i * kTile;
#pragma omp simd
      for (int64_t j = 0; j < kTile; ++j) {
        row[j] = exponential(row[j] * scale - lse_tile[j]);
        d_row[j] = row[j] * (d_row[j] - delta_tile[j]) * scale;
      }
      const int64_t hidden = std::clamp<int64_t>(task.block + i - query, 0, kTile);
      std::fill(row, row + hidden, 0.0f);
      std::fill(d_row, d_row + hidden, 0.0f);
    }
    add_weighted_rows(scores, n, d_y, query, n_queries, d_v.row(task.block), d_v.stride);
    add_weighted_rows(d_scores, n, q, query, n_queries, d_k.row(task.block), d_k.stride);
  }
}

float scale_of(const AttentionShape& shape) {
  return 1.0f / std::sqrt(static_cast<float>(shape.head_dim));
}

}  // namespace

void attention_forward(const AttentionShape& shape, ConstMatrix qkv, Matrix y, Matrix lse) {
  const Heads<ConstMatrix> heads{qkv, shape};
  const int64_t e = shape.head_dim;
  const int64_t group = shape.n_heads / shape.n_kv_heads;
  const std::vector<Task> tasks = tasks_of(shape, shape.n_heads);
#pragma omp parallel for schedule(dynamic)
  for (size_t i = 0; i < tasks.size(); ++i) {
    const int64_t head = tasks[i].head;
    const int64_t kv_head = head / group;
    forward_task(tasks[i], heads.q(head), heads.k(kv_head), heads.v(kv_head), scale_of(shape),
                 y.col_range(head * e, e), lse);
  }
}

void attention_backward(const AttentionShape& shape, ConstMatrix d_y, ConstMatrix qkv, ConstMatrix y,
                        ConstMatrix lse, Matrix delta, Matrix d_qkv) {
  const Heads<ConstMatrix> heads{qkv, shape};
  const Heads<Matrix> gradients{d_qkv, shape};
  const int64_t e = shape.head_dim;
  const int64_t group = shape.n_heads / shape.n_kv_heads;

#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < y.rows; ++t) {
    for (int64_t head = 0; head < shape.n_heads; ++head) {
      const float* y_t = y.row(t) + head * e;
      const float* d_y_t = d_y.row(t) + head * e;
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t c = 0; c < e; ++c) sum += y_t[c] * d_y_t[c];
      delta.row(t)[head] = sum;
    }
  }

  const std::vector<Task> query_tasks = tasks_of(shape, shape.n_heads);
#pragma omp parallel for schedule(dynamic)
  for (size_t i = 0; i < query_tasks.size(); ++i) {
    const int64_t head = query_tasks[i].head;
    backward_query_task(query_tasks[i], heads.q(head), heads.k(head / group), heads.v(head / group),
                        d_y.col_range(head * e, e), lse, delta, scale_of(shape), gradients.q(head));
  }

  const std::vector<Task> key_tasks = tasks_of(shape, shape.n_kv_heads);
#pragma omp parallel for schedule(dynamic)
  for (size_t i = 0; i < key_tasks.size(); ++i) {
    const Task& task = key_tasks[i];
    const Matrix d_k = gradients.k(task.head);
    const Matrix d_v = gradients.v(task.head);
    for (int64_t row = task.block; row < task.block + task.rows(); ++row) {
      std::fill_n(d_k.row(row), e, 0.0f);
      std::fill_n(d_v.row(row), e, 0.0f);
    }
    for (int64_t head = task.head * group; head < (task.head + 1) * group; ++head) {
      backward_key_task(task, head, heads.q(head), heads.k(task.head), heads.v(task.head),
                        d_y.col_range(head * e, e), lse, delta, scale_of(shape), d_k, d_v);
    }
  }
}

}  // namespace kaiaku
