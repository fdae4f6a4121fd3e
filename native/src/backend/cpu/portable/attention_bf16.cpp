// For processors that have no dot products of bf16: has_fast_bf16() is false there and nobody calls these.
#include "backend/cpu/attention_bf16.h"

#include "base/error.h"

namespace kaiaku {

void bf16_attention_forward(const Bf16Head&, int64_t, int64_t, Bf16*, int64_t, float*, int64_t) {
  fail(KAIAKU_INTERNAL, "this build has no bf16 dot products");
}

void bf16_attention_backward(const Bf16Head&, const Bf16HeadGradients&) {
  fail(KAIAKU_INTERNAL, "this build has no bf16 dot products");
}

}  // namespace kaiaku
