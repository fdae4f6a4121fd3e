// Continues several conversations, one token after another.
#pragma once

#include <memory>
#include <vector>

#include "backend/arena.h"
#include "model/head.h"
#include "model/kv_cache.h"
#include "model/transformer.h"

namespace kaiaku {

using DecoderOptions = kaiaku_decoder_options;

// Throws KAIAKU_INVALID_ARGUMENT or KAIAKU_UNSUPPORTED, naming the field.
void check_decoder_options(const DecoderOptions& options);

class Decoder {
 public:
  // Borrows the model, which must be sealed, and the adapter: null for the base alone. rank, targets and
  // scaling are the adapter's.
  Decoder(const Model& model, const Adapter* adapter, float scaling, const DecoderOptions& options);
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Each does what the function kaiaku_decoder_* of its name says.
  void prefill(int64_t slot, int64_t n_past, const int32_t* tokens, int64_t n_tokens, float* logits);
  void fork(int64_t from, int64_t to, int64_t n_tokens);
  void step(const int32_t* slots, const int32_t* tokens, int64_t n, float* logits);
  int64_t bytes() const { return cache_memory_.bytes() + workspace_.bytes(); }

 private:
  KvCache take_cache();
  Buffers take_buffers();
  void check_slot(int64_t slot) const;
  void check_held(const char* argument, int64_t n, int64_t slot) const;
  void check_token(int32_t token, int64_t index) const;

  const Model& model_;
  const Adapter* adapter_;
  const DecoderOptions options_;
  const int n_threads_;
  const std::unique_ptr<Backend> backend_;
  Arena cache_memory_{"keys and values of the decoder"};
  Arena workspace_{"workspace of the decoder"};
  Arena host_{"embedding of the decoder's tokens"};
  KvCache cache_;
  Buffers buffers_;
  Transformer transformer_;
  Head head_;
};

}  // namespace kaiaku
