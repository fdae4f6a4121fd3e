#include "model/batch.h"

#include "base/error.h"

namespace kaiaku {

void check_batch(const Batch& batch, int64_t max_tokens, int64_t vocab_size) {
  const int64_t n = batch.n_tokens;
  const int32_t* cu = batch.cu_seqlens;
  require(n >= 1 && n <= max_tokens, "n_tokens is ", n, ", expected 1 to max_tokens ", max_tokens);
  require(batch.n_sequences >= 1 && batch.n_sequences <= n, "n_sequences is ", batch.n_sequences,
          ", expected 1 to ", n, " (n_tokens)");
  require(cu[0] == 0, "cu_seqlens[0] is ", cu[0], ", expected 0");
  for (int64_t i = 1; i <= batch.n_sequences; ++i) {
    require(cu[i] > cu[i - 1], "cu_seqlens[", i, "] is ", cu[i], ", expected more than ", cu[i - 1],
            " before it");
  }
  require(cu[batch.n_sequences] == n, "cu_seqlens[", batch.n_sequences, "] is ", cu[batch.n_sequences],
          ", expected ", n, " (n_tokens)");
  for (int64_t t = 0; t < n; ++t) {
    require(batch.tokens[t] >= 0 && batch.tokens[t] < vocab_size, "tokens[", t, "] is ", batch.tokens[t],
            ", expected 0 to ", vocab_size - 1);
  }
}

Targets targets_of(const Batch& batch, const uint8_t* learn) {
  Targets targets;
  for (int64_t s = 0; s < batch.n_sequences; ++s) {
    for (int32_t t = batch.cu_seqlens[s]; t < batch.cu_seqlens[s + 1]; ++t) {
      const uint8_t counts = learn == nullptr ? 1 : learn[t];
      require(counts <= 1, "learn[", t, "] is ", static_cast<int>(counts), ", expected 0 or 1");
      if (counts == 0 || t == batch.cu_seqlens[s]) continue;
      targets.rows.push_back(t - 1);
      targets.ids.push_back(batch.tokens[t]);
    }
  }
  return targets;
}

}  // namespace kaiaku
