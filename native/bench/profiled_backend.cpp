#include "profiled_backend.h"

#include <chrono>

namespace kaiaku::bench {

template <class Op>
void ProfiledBackend::timed(const char* op, const Op& run) {
  using std::chrono::steady_clock;
  const auto start = steady_clock::now();
  run();
  inner_->finish();
  OpTime& time = times_[op];
  ++time.calls;
  time.seconds += std::chrono::duration<double>(steady_clock::now() - start).count();
}

void ProfiledBackend::upload(const void* from, int64_t n, void* to) {
  timed("upload", [&] { inner_->upload(from, n, to); });
}

void ProfiledBackend::download(const void* from, int64_t n, void* to) {
  timed("download", [&] { inner_->download(from, n, to); });
}

void ProfiledBackend::zero(void* to, int64_t n) {
  timed("zero", [&] { inner_->zero(to, n); });
}

void ProfiledBackend::join_copies() {
  timed("join_copies", [&] { inner_->join_copies(); });
}

void ProfiledBackend::copy(ConstTensor from, Tensor to) {
  timed("copy", [&] { inner_->copy(from, to); });
}

void ProfiledBackend::dequantize(const StoredMatrix& matrix, Tensor to) {
  timed("dequantize", [&] { inner_->dequantize(matrix, to); });
}

void ProfiledBackend::linear_forward(ConstTensor x, ConstTensor w, const float* bias, Tensor y, Store store) {
  timed("linear_forward", [&] { inner_->linear_forward(x, w, bias, y, store); });
}

void ProfiledBackend::linear_forward_stored(ConstTensor x, const StoredMatrix& w, const float* bias, Tensor y,
                                            Store store) {
  timed("linear_forward_stored", [&] { inner_->linear_forward_stored(x, w, bias, y, store); });
}

void ProfiledBackend::linear_backward_input(ConstTensor d_y, ConstTensor w, Tensor d_x, Store store) {
  timed("linear_backward_input", [&] { inner_->linear_backward_input(d_y, w, d_x, store); });
}

void ProfiledBackend::linear_backward_weight(ConstTensor d_y, ConstTensor x, Matrix d_w) {
  timed("linear_backward_weight", [&] { inner_->linear_backward_weight(d_y, x, d_w); });
}

void ProfiledBackend::lora_forward(const LoraStack& lora, float scaling, ConstTensor x, Tensor h, Tensor y) {
  timed("lora_forward", [&] { inner_->lora_forward(lora, scaling, x, h, y); });
}

void ProfiledBackend::lora_backward(const LoraStack& lora, float scaling, ConstTensor d_y, ConstTensor x,
                                    ConstTensor h, Tensor g, Tensor d_x) {
  timed("lora_backward", [&] { inner_->lora_backward(lora, scaling, d_y, x, h, g, d_x); });
}

void ProfiledBackend::dropout_forward(const Dropout& dropout, ConstTensor x, Tensor y) {
  timed("dropout_forward", [&] { inner_->dropout_forward(dropout, x, y); });
}

void ProfiledBackend::dropout_backward(const Dropout& dropout, ConstTensor d_y, Tensor d_x) {
  timed("dropout_backward", [&] { inner_->dropout_backward(dropout, d_y, d_x); });
}

void ProfiledBackend::embedding_forward(const StoredMatrix& table, const int32_t* tokens, Tensor x) {
  timed("embedding_forward", [&] { inner_->embedding_forward(table, tokens, x); });
}

void ProfiledBackend::gather_rows(ConstMatrix from, const int32_t* rows, Matrix to) {
  timed("gather_rows", [&] { inner_->gather_rows(from, rows, to); });
}

void ProfiledBackend::scatter_rows(ConstMatrix from, const int32_t* rows, Matrix to) {
  timed("scatter_rows", [&] { inner_->scatter_rows(from, rows, to); });
}

void ProfiledBackend::scale(Tensor x, float factor) {
  timed("scale", [&] { inner_->scale(x, factor); });
}

void ProfiledBackend::rms_norm_forward(ConstMatrix x, const float* weight, float eps, Tensor y, float* rstd,
                                       Store store) {
  timed("rms_norm_forward", [&] { inner_->rms_norm_forward(x, weight, eps, y, rstd, store); });
}

void ProfiledBackend::rms_norm_backward(ConstTensor d_y, ConstMatrix x, const float* weight,
                                        const float* rstd, Tensor d_x, Store store) {
  timed("rms_norm_backward", [&] { inner_->rms_norm_backward(d_y, x, weight, rstd, d_x, store); });
}

void ProfiledBackend::head_norm_forward(ConstTensor x, const float* weight, float eps, Tensor y,
                                        Matrix rstd) {
  timed("head_norm_forward", [&] { inner_->head_norm_forward(x, weight, eps, y, rstd); });
}

void ProfiledBackend::head_norm_backward(ConstTensor x, const float* weight, ConstMatrix rstd, Tensor d_y) {
  timed("head_norm_backward", [&] { inner_->head_norm_backward(x, weight, rstd, d_y); });
}

void ProfiledBackend::rope_table(const float* inv_freq, Matrix cos, Matrix sin) {
  timed("rope_table", [&] { inner_->rope_table(inv_freq, cos, sin); });
}

void ProfiledBackend::rope_forward(Tensor x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  timed("rope_forward", [&] { inner_->rope_forward(x, positions, cos, sin); });
}

void ProfiledBackend::rope_backward(Tensor d_x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  timed("rope_backward", [&] { inner_->rope_backward(d_x, positions, cos, sin); });
}

void ProfiledBackend::norm_turn_forward(Tensor x, const float* weight, float eps, Tensor raw, Matrix rstd,
                                        const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  timed("norm_turn_forward",
        [&] { inner_->norm_turn_forward(x, weight, eps, raw, rstd, positions, cos, sin); });
}

void ProfiledBackend::norm_turn_backward(Tensor d_x, const float* weight, ConstTensor raw, ConstMatrix rstd,
                                         const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  timed("norm_turn_backward",
        [&] { inner_->norm_turn_backward(d_x, weight, raw, rstd, positions, cos, sin); });
}

void ProfiledBackend::attention_forward(const AttentionShape& shape, ConstTensor qkv, Tensor y, Matrix lse) {
  timed("attention_forward", [&] { inner_->attention_forward(shape, qkv, y, lse); });
}

void ProfiledBackend::attention_backward(const AttentionShape& shape, ConstTensor d_y, ConstTensor qkv,
                                         ConstTensor y, ConstMatrix lse, Matrix scratch, Tensor d_qkv) {
  timed("attention_backward", [&] { inner_->attention_backward(shape, d_y, qkv, y, lse, scratch, d_qkv); });
}

void ProfiledBackend::attention_cached(const AttentionShape& shape, const CachedSequence* cached,
                                       ConstTensor qkv, Tensor y) {
  timed("attention_cached", [&] { inner_->attention_cached(shape, cached, qkv, y); });
}

void ProfiledBackend::swiglu_forward(ConstTensor gate_up, Tensor y) {
  timed("swiglu_forward", [&] { inner_->swiglu_forward(gate_up, y); });
}

void ProfiledBackend::geglu_forward(ConstTensor gate_up, Tensor y) {
  timed("geglu_forward", [&] { inner_->geglu_forward(gate_up, y); });
}

void ProfiledBackend::swiglu_backward(ConstTensor d_y, Tensor gate_up) {
  timed("swiglu_backward", [&] { inner_->swiglu_backward(d_y, gate_up); });
}

void ProfiledBackend::geglu_backward(ConstTensor d_y, Tensor gate_up) {
  timed("geglu_backward", [&] { inner_->geglu_backward(d_y, gate_up); });
}

void ProfiledBackend::cross_entropy_forward_backward(Matrix logits, const int32_t* targets, float* nll,
                                                     Tensor d_logits) {
  timed("cross_entropy_forward_backward",
        [&] { inner_->cross_entropy_forward_backward(logits, targets, nll, d_logits); });
}

void ProfiledBackend::cross_entropy_forward(ConstMatrix logits, const int32_t* targets, float* nll) {
  timed("cross_entropy_forward", [&] { inner_->cross_entropy_forward(logits, targets, nll); });
}

void ProfiledBackend::add_column_squares(ConstTensor x, double* sums) {
  timed("add_column_squares", [&] { inner_->add_column_squares(x, sums); });
}

void ProfiledBackend::gradient_scale(const float* gradient, int64_t n, int64_t n_targets, float max_norm,
                                     float* scale) {
  timed("gradient_scale", [&] { inner_->gradient_scale(gradient, n, n_targets, max_norm, scale); });
}

void ProfiledBackend::adamw_step(const AdamW& options, int64_t step, const float* gradient_scale,
                                 const float* gradient, float* m, float* v, float* weight, int64_t n) {
  timed("adamw_step", [&] { inner_->adamw_step(options, step, gradient_scale, gradient, m, v, weight, n); });
}

}  // namespace kaiaku::bench
