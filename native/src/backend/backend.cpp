// Operations that a backend may do in one go, done one after the other.
#include "backend/backend.h"

#include "base/error.h"
#include "kaiaku.h"

namespace kaiaku {

void Backend::linear_forward_stored(ConstTensor, const StoredMatrix&, const float*, Tensor, Store) {
  fail(KAIAKU_INTERNAL, "linear_forward_stored: the backend has no such product");
}

void Backend::norm_turn_forward(Tensor x, const float* weight, float eps, Tensor raw, Matrix rstd,
                                const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  copy(x, raw);
  head_norm_forward(raw, weight, eps, x, rstd);
  rope_forward(x, positions, cos, sin);
}

void Backend::norm_turn_backward(Tensor d_x, const float* weight, ConstTensor raw, ConstMatrix rstd,
                                 const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  rope_backward(d_x, positions, cos, sin);
  head_norm_backward(raw, weight, rstd, d_x);
}

}  // namespace kaiaku
