#include "model/head.h"

#include <algorithm>
#include <cstring>

namespace kaiaku {
namespace {

void zero(Matrix m) {
  std::memset(m.data, 0, static_cast<size_t>(m.size()) * sizeof(float));
}

}  // namespace

Head::Head(const Model& model, Buffers& buffers, MatmulCache& cache)
    : config_(model.config()), weights_(model.weights()), buffers_(buffers), cache_(cache) {}

void Head::forward(ConstMatrix x, const Targets& targets, float* nll) {
  const int64_t chunk = buffers_.logits.rows;
  for (int64_t first = 0; first < targets.size(); first += chunk) {
    const int64_t n = std::min(chunk, targets.size() - first);
    cross_entropy_forward(chunk_logits(x, targets, first, n), &targets.ids[static_cast<size_t>(first)],
                          nll + first);
  }
}

void Head::forward_backward(ConstMatrix x, const Targets& targets, float* nll, Matrix d_x) {
  zero(d_x);
  const int64_t chunk = buffers_.logits.rows;
  for (int64_t first = 0; first < targets.size(); first += chunk) {
    const int64_t n = std::min(chunk, targets.size() - first);
    const Matrix logits = chunk_logits(x, targets, first, n);
    const Tensor d_logits = buffers_.d_logits.first_rows(n);
    cross_entropy_forward_backward(logits, &targets.ids[static_cast<size_t>(first)], nll + first, d_logits);
    const Tensor d_normed = buffers_.head_normed.first_rows(n);
    for (int64_t v = 0; v < logits.cols; v += buffers_.head_block) {
      const ConstTensor block = head_block(v);
      linear_backward_input(cache_, d_logits.col_range(v, block.rows), block, d_normed,
                            v == 0 ? Store::kOverwrite : Store::kAdd);
    }
    const Matrix d_rows = buffers_.head_d.first_rows(n);
    rms_norm_backward(d_normed, buffers_.head_x.first_rows(n), weights_.norm, buffers_.head_rstd, d_rows,
                      Store::kOverwrite);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t row = targets.rows[static_cast<size_t>(first + i)];
      std::copy_n(d_rows.row(i), d_rows.cols, d_x.row(row));
    }
  }
}

void Head::norm(ConstMatrix x, Tensor y) {
  const int64_t chunk = buffers_.head_x.rows;
  for (int64_t first = 0; first < x.rows; first += chunk) {
    const int64_t n = std::min(chunk, x.rows - first);
    rms_norm_forward(x.row_range(first, n), weights_.norm, config_.rms_norm_eps, y.row_range(first, n),
                     buffers_.head_rstd, Store::kOverwrite);
  }
}

void Head::logits(ConstMatrix x, Matrix logits) {
  const int64_t chunk = buffers_.head_x.rows;
  for (int64_t first = 0; first < x.rows; first += chunk) {
    const int64_t n = std::min(chunk, x.rows - first);
    const Tensor normed = buffers_.head_normed.first_rows(n);
    norm(x.row_range(first, n), normed);
    product(normed, logits.row_range(first, n));
  }
}

Matrix Head::chunk_logits(ConstMatrix x, const Targets& targets, int64_t first, int64_t n) {
  const Matrix rows = buffers_.head_x.first_rows(n);
  gather_rows(x, &targets.rows[static_cast<size_t>(first)], rows);
  const Tensor normed = buffers_.head_normed.first_rows(n);
  rms_norm_forward(rows, weights_.norm, config_.rms_norm_eps, normed, buffers_.head_rstd, Store::kOverwrite);
  const Matrix logits = buffers_.logits.first_rows(n);
  product(normed, logits);
  return logits;
}

void Head::product(ConstTensor normed, Matrix logits) {
  for (int64_t v = 0; v < logits.cols; v += buffers_.head_block) {
    const ConstTensor block = head_block(v);
    linear_forward(cache_, normed, block, nullptr, logits.col_range(v, block.rows), Store::kOverwrite);
  }
}

ConstTensor Head::head_block(int64_t first) const {
  const FrozenMatrix& head = weights_.head();
  const int64_t n = std::min(buffers_.head_block, head.rows() - first);
  return head.rows_in(buffers_.head_normed.type, first, n, buffers_.weight);
}

}  // namespace kaiaku
