// Keys and values of every token that a decoder has seen.
#pragma once

#include <vector>

#include "backend/arena.h"
#include "model/config.h"

namespace kaiaku {

class KvCache {
 public:
  // Takes its memory from the arena; only that is of use while it measures.
  KvCache(const ModelConfig& config, DType type, int64_t n_slots, int64_t slot_tokens, Arena& arena);

  int64_t n_slots() const { return static_cast<int64_t>(lengths_.size()); }
  int64_t slot_tokens() const { return slot_tokens_; }
  // Tokens that a slot holds.
  int64_t length(int64_t slot) const { return lengths_[static_cast<size_t>(slot)]; }
  void grow(int64_t slot, int64_t n) { lengths_[static_cast<size_t>(slot)] += n; }
  // Forgets all but the first n tokens, which it holds.
  void cut(int64_t slot, int64_t n) { lengths_[static_cast<size_t>(slot)] = n; }
  int64_t n_layers() const { return static_cast<int64_t>(layers_.size()); }

  // [slot_tokens, 2*K*E]: the keys and then the values of each position.
  Tensor rows(int64_t layer, int64_t slot) const {
    return layers_[static_cast<size_t>(layer)].row_range(slot * slot_tokens_, slot_tokens_);
  }

 private:
  int64_t slot_tokens_;
  std::vector<int64_t> lengths_;  // [n_slots]
  std::vector<Tensor> layers_;    // [n_slots * slot_tokens, 2*K*E] each
};

}  // namespace kaiaku
