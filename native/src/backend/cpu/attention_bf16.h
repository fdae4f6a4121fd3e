// Attention on bf16 by what the processor multiplies bf16 with: tiles, or dot products of pairs.
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

// What a block of queries writes: y [n, E] and lse of tokens [query, query + n), at most kBf16Queries.
struct Bf16Queries {
  int64_t query, n;
  Bf16* y;
  int64_t y_stride;
  float* lse;
  int64_t lse_stride;
};

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

struct Bf16Attention {
  void (*forward)(const Bf16Head& head, const Bf16Queries& queries);
  void (*backward)(const Bf16Head& head, const Bf16HeadGradients& gradients);
};

// For the processors that bf16_unit() tells; empty in builds for others.
extern const Bf16Attention kAttentionByDots;
extern const Bf16Attention kAttentionByTiles;

}  // namespace kaiaku
