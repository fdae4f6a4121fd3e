// A GPU and its memory: work is queued on one stream, copies from and to the host on another, and only
// downloads wait.
#pragma once

#include <cuda_runtime.h>

#include <type_traits>

#include "backend/backend.h"

namespace kaiaku::cuda {

class LtMatmul;
struct ProductOperand;
struct ProductResult;

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(int device);
  ~CudaBackend() override;

  // bf16 only.
  void prepare(DType type, std::byte* scratch) override;

  std::shared_ptr<std::byte> allocate(int64_t n, const std::string& name) override;
  void upload(const void* from, int64_t n, void* to) override;
  void download(const void* from, int64_t n, void* to) override;
  void zero(void* to, int64_t n) override;
  void finish() override;
  std::shared_ptr<std::byte> allocate_host(int64_t n, const std::string& name) override;
  void offload(const void* from, int64_t n, void* to_host) override;
  void reload(const void* from_host, int64_t n, void* to) override;
  void join_copies() override;
  void finish_copies() override;
  void copy(ConstTensor from, Tensor to) override;
  void dequantize(const StoredMatrix& matrix, Tensor to) override;

  void linear_forward(ConstTensor x, ConstTensor w, const float* bias, Tensor y, Store store) override;
  bool multiplies_stored(const StoredMatrix& w, int64_t n_rows) const override;
  void linear_forward_stored(ConstTensor x, const StoredMatrix& w, const float* bias, Tensor y,
                             Store store) override;
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

  void norm_turn_forward(Tensor x, const float* weight, float eps, Tensor raw, Matrix rstd,
                         const int32_t* positions, ConstMatrix cos, ConstMatrix sin) override;
  void norm_turn_backward(Tensor d_x, const float* weight, ConstTensor raw, ConstMatrix rstd,
                          const int32_t* positions, ConstMatrix cos, ConstMatrix sin) override;

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
  static constexpr int64_t kStagingBytes = int64_t{4} << 20;

  using Stream = std::shared_ptr<std::remove_pointer_t<cudaStream_t>>;
  using Event = std::shared_ptr<std::remove_pointer_t<cudaEvent_t>>;

  // The stream, its device made the calling thread's.
  cudaStream_t stream() const;
  // The stream of copies, after everything that is queued so far.
  cudaStream_t copies_after_work();
  // y = bias in each row, on top of what y holds where add is set.
  void add_bias(const float* bias, Tensor y, bool add);
  // y = scale a b, on top of what y holds where add is set: by cuBLASLt, or by our own kernel.
  void multiply(const char* op, const ProductOperand& a, const ProductOperand& b, Tensor y, float scale,
                bool add);

  const int device_;
  Stream stream_;
  Stream copies_;
  Event work_so_far_, copies_so_far_;
  std::shared_ptr<std::byte> staging_;  // host memory that uploads start from
  int64_t staged_ = 0;                  // bytes of it that uploads under way may still read
  std::byte* scratch_ = nullptr;        // [backend_scratch]
  std::unique_ptr<LtMatmul> lt_;        // null without cuBLASLt
};

}  // namespace kaiaku::cuda
