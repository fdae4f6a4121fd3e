#include "cuda_backend.h"
#include "lt_matmul.h"

namespace kaiaku::cuda {
namespace {

// The columns of h or g that belong to part i.
template <class M>
M part_of(M stacked, size_t i, int64_t rank) {
  return stacked.col_range(static_cast<int64_t>(i) * rank, rank);
}

}  // namespace

void CudaBackend::lora_forward(const LoraStack& lora, float scaling, ConstTensor x, Tensor h, Tensor y) {
  multiply("lora_forward", {x, false}, {lora.a, true}, h, scaling, false);
  if (y.data == nullptr) return;
  for (size_t i = 0; i < lora.parts.size(); ++i) {
    const LoraPart& part = lora.parts[i];
    multiply("lora_forward", {part_of(ConstTensor(h), i, part.b.cols), false}, {part.b, true},
             y.col_range(part.first, part.b.rows), 1, true);
  }
}

void CudaBackend::lora_backward(const LoraStack& lora, float scaling, ConstTensor d_y, ConstTensor x,
                                ConstTensor h, Tensor g, Tensor d_x) {
  for (size_t i = 0; i < lora.parts.size(); ++i) {
    const LoraPart& part = lora.parts[i];
    const ConstTensor d_y_part = d_y.col_range(part.first, part.b.rows);
    multiply("lora_backward", {d_y_part, true}, {part_of(h, i, part.b.cols), false}, part.d_b, 1, true);
    multiply("lora_backward", {d_y_part, false}, {part.b, false}, part_of(g, i, part.b.cols), scaling, false);
  }
  multiply("lora_backward", {g, true}, {x, false}, lora.d_a, 1, true);
  if (d_x.data != nullptr) multiply("lora_backward", {g, false}, {lora.a, false}, d_x, 1, true);
}

}  // namespace kaiaku::cuda
