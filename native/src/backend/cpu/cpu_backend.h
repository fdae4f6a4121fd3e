// The processor and its memory.
#pragma once

#include "backend/backend.h"

namespace kaiaku {

class CpuBackend final : public Backend {
 public:
  CpuBackend();
  ~CpuBackend() override;

  void prepare(DType, std::byte*) override {}

  std::shared_ptr<std::byte> allocate(int64_t n, const std::string& name) override;
  void upload(const void* from, int64_t n, void* to) override;
  void download(const void* from, int64_t n, void* to) override;
  void zero(void* to, int64_t n) override;
  void finish() override {}
  std::shared_ptr<std::byte> allocate_host(int64_t n, const std::string& name) override {
    return allocate(n, name);
  }
  void offload(const void* from, int64_t n, void* to_host) override { download(from, n, to_host); }
  void reload(const void* from_host, int64_t n, void* to) override { upload(from_host, n, to); }
  void join_copies() override {}
  void finish_copies() override {}
  void copy(ConstTensor from, Tensor to) override;
  void dequantize(const StoredMatrix& matrix, Tensor to) override;

  void linear_forward(ConstTensor x, ConstTensor w, const float* bias, Tensor y, Store store) override;
  void linear_backward_input(ConstTensor d_y, ConstTensor w, Tensor d_x, Store store) override;
  void linear_backward_weight(ConstTensor d_y, ConstTensor x, Matrix d_w) override;

  void lora_forward(const LoraStack& lora, float scaling, ConstTensor x, Tensor h, Tensor y) override;
  void lora_backward(const LoraStack& lora, float scaling, ConstTensor d_y, ConstTensor x, ConstTensor h,
                     Tensor g, Tensor d_x) override;

  void dropout_forward(const Dropout& dropout, ConstTensor x, Tensor y) override;
  void dropout_backward(const Dropout& dropout, ConstTensor d_y, Tensor d_x) override;

  void embedding_forward(const StoredMatrix& table, const int32_t* tokens, Tensor x) override;
  void gather_rows(ConstMatrix from, const int32_t* rows, Matrix to) override;
  void scatter_rows(ConstMatrix from, const int32_t* rows, Matrix to) override;
  void scale(Tensor x, float factor) override;

  void rms_norm_forward(ConstMatrix x, const float* weight, float eps, Tensor y, float* rstd,
                        Store store) override;
  void rms_norm_backward(ConstTensor d_y, ConstMatrix x, const float* weight, const float* rstd, Tensor d_x,
                         Store store) override;
  void head_norm_forward(ConstTensor x, const float* weight, float eps, Tensor y, Matrix rstd) override;
  void head_norm_backward(ConstTensor x, const float* weight, ConstMatrix rstd, Tensor d_y) override;

  void rope_table(const float* inv_freq, Matrix cos, Matrix sin) override;
  void rope_forward(Tensor x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) override;
  void rope_backward(Tensor d_x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) override;

  void attention_forward(const AttentionShape& shape, ConstTensor qkv, Tensor y, Matrix lse) override;
  void attention_backward(const AttentionShape& shape, ConstTensor d_y, ConstTensor qkv, ConstTensor y,
                          ConstMatrix lse, Matrix scratch, Tensor d_qkv) override;
  void attention_cached(const AttentionShape& shape, const CachedSequence* cached, ConstTensor qkv,
                        Tensor y) override;

  void swiglu_forward(ConstTensor gate_up, Tensor y) override;
  void geglu_forward(ConstTensor gate_up, Tensor y) override;
  void swiglu_backward(ConstTensor d_y, Tensor gate_up) override;
  void geglu_backward(ConstTensor d_y, Tensor gate_up) override;

  void cross_entropy_forward_backward(Matrix logits, const int32_t* targets, float* nll,
                                      Tensor d_logits) override;
  void cross_entropy_forward(ConstMatrix logits, const int32_t* targets, float* nll) override;

  void add_column_squares(ConstTensor x, double* sums) override;
  void gradient_scale(const float* gradient, int64_t n, int64_t n_targets, float max_norm,
                      float* scale) override;
  void adamw_step(const AdamW& options, int64_t step, const float* gradient_scale, const float* gradient,
                  float* m, float* v, float* weight, int64_t n) override;

 private:
  struct Products;  // those that oneDNN has prepared

  std::unique_ptr<Products> products_;
};

}  // namespace kaiaku
