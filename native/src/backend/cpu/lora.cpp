#include "backend/cpu/cpu_backend.h"

namespace kaiaku {
namespace {

// The columns of h or g that belong to part i.
template <class M>
M part_of(M stacked, size_t i, int64_t rank) {
  return stacked.col_range(static_cast<int64_t>(i) * rank, rank);
}

}  // namespace

void CpuBackend::lora_forward(const LoraStack& lora, float scaling, ConstTensor x, Tensor h, Tensor y) {
  linear_forward(x, lora.a, nullptr, h, Store::kOverwrite);
  scale(h, scaling);
  if (y.data == nullptr) return;
  for (size_t i = 0; i < lora.parts.size(); ++i) {
    const LoraPart& part = lora.parts[i];
    linear_forward(part_of(h, i, part.b.cols), part.b, nullptr, y.col_range(part.first, part.b.rows),
                   Store::kAdd);
  }
}

void CpuBackend::lora_backward(const LoraStack& lora, float scaling, ConstTensor d_y, ConstTensor x,
                               ConstTensor h, Tensor g, Tensor d_x) {
  for (size_t i = 0; i < lora.parts.size(); ++i) {
    const LoraPart& part = lora.parts[i];
    const ConstTensor d_y_part = d_y.col_range(part.first, part.b.rows);
    linear_backward_weight(d_y_part, part_of(h, i, part.b.cols), part.d_b);
    linear_backward_input(d_y_part, part.b, part_of(g, i, part.b.cols), Store::kOverwrite);
  }
  scale(g, scaling);
  linear_backward_weight(g, x, lora.d_a);
  if (d_x.data != nullptr) linear_backward_input(g, lora.a, d_x, Store::kAdd);
}

}  // namespace kaiaku
