// A packed batch that was checked, and the predictions in it that count.
#pragma once

#include <cstdint>
#include <vector>

namespace kaiaku {

struct Batch {
  const int32_t* tokens;  // [T]
  int64_t n_tokens;
  const int32_t* cu_seqlens;  // [S+1]
  int64_t n_sequences;
};

// Token ids to predict, each from the row of the token before it.
struct Targets {
  std::vector<int32_t> rows;
  std::vector<int32_t> ids;

  int64_t size() const { return static_cast<int64_t>(rows.size()); }
};

// Throws KAIAKU_INVALID_ARGUMENT, naming the argument and the place in it.
void check_batch(const Batch& batch, int64_t max_tokens, int64_t vocab_size);

// The tokens with learn 1 (all where learn is null), without the first of each sequence.
Targets targets_of(const Batch& batch, const uint8_t* learn);

}  // namespace kaiaku
