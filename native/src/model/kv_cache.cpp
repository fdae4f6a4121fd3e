#include "model/kv_cache.h"

namespace kaiaku {

KvCache::KvCache(const ModelConfig& config, DType type, int64_t n_slots, int64_t slot_tokens, Arena& arena)
    : slot_tokens_(slot_tokens), lengths_(static_cast<size_t>(n_slots)) {
  const int64_t width = int64_t{2} * config.n_kv_heads * config.head_dim;
  for (int32_t layer = 0; layer < config.n_layers; ++layer) {
    layers_.push_back(arena.tensor(type, n_slots * slot_tokens, width));
  }
}

}  // namespace kaiaku
