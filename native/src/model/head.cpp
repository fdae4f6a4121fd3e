#include "model/head.h"

#include <algorithm>

namespace kaiaku {
Head::Head(const Model& model, Buffers& buffers, Backend& backend)
    : config_(model.config()), weights_(model.weights()), buffers_(buffers), backend_(backend) {}

void Head::upload(const Targets& targets) {
  const int64_t bytes = targets.size() * static_cast<int64_t>(sizeof(int32_t));
  backend_.upload(targets.rows.data(), bytes, buffers_.target_rows);
  backend_.upload(targets.ids.data(), bytes, buffers_.target_ids);
}

void Head::forward(ConstMatrix x, const Targets& targets, float* nll) {
  if (targets.size() == 0) return;
  upload(targets);
  const int64_t chunk = buffers_.logits.rows;
  for (int64_t first = 0; first < targets.size(); first += chunk) {
    const int64_t n = std::min(chunk, targets.size() - first);
    backend_.cross_entropy_forward(chunk_logits(x, first, n), buffers_.target_ids + first,
                                   buffers_.nll + first);
  }
  backend_.download(buffers_.nll, targets.size() * static_cast<int64_t>(sizeof(float)), nll);
}

void Head::forward_backward(ConstMatrix x, const Targets& targets, float* nll, Matrix d_x) {
  upload(targets);
  backend_.zero(d_x.data, d_x.size() * static_cast<int64_t>(sizeof(float)));
  const int64_t chunk = buffers_.logits.rows;
  for (int64_t first = 0; first < targets.size(); first += chunk) {
    const int64_t n = std::min(chunk, targets.size() - first);
    const Matrix logits = chunk_logits(x, first, n);
    const Tensor d_logits = buffers_.d_logits.first_rows(n);
    backend_.cross_entropy_forward_backward(logits, buffers_.target_ids + first, buffers_.nll + first,
                                            d_logits);
    const Tensor d_normed = buffers_.head_normed.first_rows(n);
    for (int64_t v = 0; v < logits.cols; v += buffers_.head_block) {
      const ConstTensor block = head_block(v);
      backend_.linear_backward_input(d_logits.col_range(v, block.rows), block, d_normed,
                                     v == 0 ? Store::kOverwrite : Store::kAdd);
    }
    const Matrix d_rows = buffers_.head_d.first_rows(n);
    backend_.rms_norm_backward(d_normed, buffers_.head_x.first_rows(n), weights_.norm, buffers_.head_rstd,
                               d_rows, Store::kOverwrite);
    backend_.scatter_rows(d_rows, buffers_.target_rows + first, d_x);
  }
  backend_.download(buffers_.nll, targets.size() * static_cast<int64_t>(sizeof(float)), nll);
}

void Head::norm(ConstMatrix x, Tensor y) {
  const int64_t chunk = buffers_.head_x.rows;
  for (int64_t first = 0; first < x.rows; first += chunk) {
    const int64_t n = std::min(chunk, x.rows - first);
    backend_.rms_norm_forward(x.row_range(first, n), weights_.norm, config_.rms_norm_eps,
                              y.row_range(first, n), buffers_.head_rstd, Store::kOverwrite);
  }
}

void Head::logits(ConstMatrix x, float* logits) {
  const int64_t chunk = buffers_.logits.rows;
  for (int64_t first = 0; first < x.rows; first += chunk) {
    const int64_t n = std::min(chunk, x.rows - first);
    const Tensor normed = buffers_.head_normed.first_rows(n);
    norm(x.row_range(first, n), normed);
    const Matrix rows = buffers_.logits.first_rows(n);
    product(normed, rows);
    backend_.download(rows.data, rows.size() * static_cast<int64_t>(sizeof(float)),
                      logits + first * rows.cols);
  }
}

Matrix Head::chunk_logits(ConstMatrix x, int64_t first, int64_t n) {
  const Matrix rows = buffers_.head_x.first_rows(n);
  backend_.gather_rows(x, buffers_.target_rows + first, rows);
  const Tensor normed = buffers_.head_normed.first_rows(n);
  backend_.rms_norm_forward(rows, weights_.norm, config_.rms_norm_eps, normed, buffers_.head_rstd,
                            Store::kOverwrite);
  const Matrix logits = buffers_.logits.first_rows(n);
  product(normed, logits);
  return logits;
}

void Head::product(ConstTensor normed, Matrix logits) {
  for (int64_t v = 0; v < logits.cols; v += buffers_.head_block) {
    const ConstTensor block = head_block(v);
    backend_.linear_forward(normed, block, nullptr, logits.col_range(v, block.rows), Store::kOverwrite);
  }
}

ConstTensor Head::head_block(int64_t first) const {
  const FrozenMatrix& head = weights_.head();
  const int64_t n = std::min(buffers_.head_block, head.rows() - first);
  const DType type = buffers_.head_normed.type;
  return head.rows_in(backend_, type, first, n,
                      head.is_kept_as(type) ? Tensor{} : buffers_.matrices.scratch());
}

}  // namespace kaiaku
