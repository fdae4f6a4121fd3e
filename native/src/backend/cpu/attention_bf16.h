// Attention on bf16 by the processor's dot products of bf16 pairs; for processors with has_fast_bf16() only.
#pragma once

#include <cstdint>

#include "base/bf16.h"

namespace kaiaku {

constexpr int64_t kBf16Queries = 64;

// One query head of one sequence. Pointers are to the batch's first token.
struct Bf16Head {
  const Bf16 *q, *k, *v;
  int64_t stride;    // values from one token to the next
  int64_t head_dim;  // E
  int64_t first;     // first token of the sequence
  int64_t end;       // one past its last token
  int64_t window;    // a token sees as many, its own included
  float scale;       // multiplies q k^T
};

// y [n, E] and lse of tokens [query, query + n), at most kBf16Queries.
void bf16_attention_forward(const Bf16Head& head, int64_t query, int64_t n, Bf16* y, int64_t y_stride,
                            float* lse, int64_t lse_stride);

// What a head's backward reads and writes beside q, k and v; pointers are to the batch's first token.
struct Bf16HeadGradients {
  const Bf16 *y, *d_y;
  int64_t y_stride, d_y_stride;
  const float* lse;
  int64_t lse_stride;
  Bf16* d_q;
  int64_t d_q_stride;
  float *d_k, *d_v;
  int64_t d_kv_stride;
};

void bf16_attention_backward(const Bf16Head& head, const Bf16HeadGradients& gradients);

}  // namespace kaiaku
