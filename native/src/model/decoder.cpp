#include "model/decoder.h"

#include <algorithm>

#include "backend/devices.h"
#include "base/error.h"
#include "base/threads.h"

namespace kaiaku {
namespace {

// A longer prompt runs in pieces, so that the workspace stays small.
constexpr int64_t kPiece = 256;

void check_range(const char* field, int32_t value, int32_t min, int32_t max) {
  require(value >= min && value <= max, "options.", field, " is ", value, ", expected ", min, " to ", max);
}

const Model& sealed(const Model& model) {
  if (!model.sealed()) fail(KAIAKU_WRONG_ORDER, "model: it is not sealed, call kaiaku_model_seal first");
  return model;
}

DecoderOptions checked(const DecoderOptions& options) {
  check_decoder_options(options);
  return options;
}

BufferSizes sizes_of(const DecoderOptions& options, const Adapter* adapter) {
  BufferSizes sizes{};
  sizes.max_tokens = std::max<int64_t>(options.n_slots, std::min<int64_t>(kPiece, options.slot_tokens));
  sizes.max_positions = options.slot_tokens;
  sizes.max_logits = options.n_slots;
  sizes.rank = adapter != nullptr ? adapter->rank() : 0;
  sizes.targets = adapter != nullptr ? adapter->targets() : 0;
  sizes.compute = compute_type(options.compute);
  return sizes;
}

}  // namespace

void check_decoder_options(const DecoderOptions& options) {
  check_range("n_slots", options.n_slots, 1, 1 << 10);
  check_range("slot_tokens", options.slot_tokens, 1, 1 << 20);
  check_range("n_threads", options.n_threads, 0, 1 << 10);
  check_range("use_adapter", options.use_adapter, 0, 1);
  compute_type(options.compute);
}

Decoder::Decoder(const Model& model, const Adapter* adapter, float scaling, const DecoderOptions& options)
    : model_(sealed(model)),
      adapter_(adapter),
      options_(checked(options)),
      n_threads_(threads_or_all(options.n_threads)),
      backend_(open_backend(model.config().device)),
      cache_(take_cache()),
      buffers_(take_buffers()),
      transformer_(model, adapter, scaling, buffers_, *backend_),
      head_(model, buffers_, *backend_) {
  backend_->prepare(compute_type(options.compute), buffers_.scratch);
  require(adapter == nullptr || adapter->compute() == compute_type(options.compute), "options.compute is ",
          options.compute, ", expected the trainer's");
}

void Decoder::prefill(int64_t slot, int64_t n_past, const int32_t* tokens, int64_t n_tokens, float* logits) {
  check_slot(slot);
  check_held("n_past", n_past, slot);
  require(n_tokens >= 1 && n_tokens <= options_.slot_tokens - n_past, "n_tokens is ", n_tokens,
          ", expected 1 to ", options_.slot_tokens - n_past, ", what slot_tokens leaves after n_past");
  for (int64_t i = 0; i < n_tokens; ++i) check_token(tokens[i], i);
  const ThreadScope threads(n_threads_);
  cache_.cut(slot, n_past);
  const auto slot_id = static_cast<int32_t>(slot);
  ConstMatrix x;
  for (int64_t first = 0; first < n_tokens; first += kPiece) {
    const int64_t n = std::min(kPiece, n_tokens - first);
    const int32_t cu_seqlens[] = {0, static_cast<int32_t>(n)};
    x = transformer_.forward({tokens + first, n, cu_seqlens, 1}, &slot_id, cache_, adapter_ != nullptr);
  }
  head_.logits(x.row_range(x.rows - 1, 1), logits);
}

void Decoder::fork(int64_t from, int64_t to, int64_t n_tokens) {
  check_slot(from);
  check_slot(to);
  require(from != to, "from and to are the same slot ", from);
  check_held("n_tokens", n_tokens, from);
  const ThreadScope threads(n_threads_);
  for (int64_t layer = 0; layer < cache_.n_layers(); ++layer) {
    backend_->copy(cache_.rows(layer, from).first_rows(n_tokens),
                   cache_.rows(layer, to).first_rows(n_tokens));
  }
  cache_.cut(to, n_tokens);
}

void Decoder::step(const int32_t* slots, const int32_t* tokens, int64_t n, float* logits) {
  require(n >= 1 && n <= options_.n_slots, "n is ", n, ", expected 1 to n_slots ", options_.n_slots);
  std::vector<int32_t> cu_seqlens{0};
  for (int64_t i = 0; i < n; ++i) {
    check_slot(slots[i]);
    check_token(tokens[i], i);
    require(cache_.length(slots[i]) > 0, "slots[", i, "]: slot ", slots[i], " is empty, prefill it first");
    require(cache_.length(slots[i]) < options_.slot_tokens, "slots[", i, "]: slot ", slots[i],
            " is full with ", options_.slot_tokens, " tokens");
    require(std::find(slots, slots + i, slots[i]) == slots + i, "slots[", i, "]: slot ", slots[i],
            " appears twice");
    cu_seqlens.push_back(static_cast<int32_t>(i) + 1);
  }
  const ThreadScope threads(n_threads_);
  const Batch batch{tokens, n, cu_seqlens.data(), n};
  const ConstMatrix x = transformer_.forward(batch, slots, cache_, adapter_ != nullptr);
  head_.logits(x, logits);
}

KvCache Decoder::take_cache() {
  const auto take = [this] {
    return KvCache(model_.config(), compute_type(options_.compute), options_.n_slots, options_.slot_tokens,
                   cache_memory_);
  };
  take();
  cache_memory_.allocate(*backend_);
  return take();
}

Buffers Decoder::take_buffers() {
  const auto take = [this] {
    return Buffers(model_.config(), sizes_of(options_, adapter_), workspace_, workspace_, host_);
  };
  take();
  workspace_.allocate(*backend_);
  host_.allocate_host(*backend_);
  return take();
}

void Decoder::check_slot(int64_t slot) const {
  require(slot >= 0 && slot < options_.n_slots, "slot is ", slot, ", expected 0 to ", options_.n_slots - 1);
}

void Decoder::check_held(const char* argument, int64_t n, int64_t slot) const {
  require(n >= 0 && n <= cache_.length(slot), argument, " is ", n, ", expected 0 to ", cache_.length(slot),
          ", the tokens of slot ", slot);
}

void Decoder::check_token(int32_t token, int64_t index) const {
  require(token >= 0 && token < model_.config().vocab_size, "tokens[", index, "] is ", token,
          ", expected 0 to ", model_.config().vocab_size - 1);
}

}  // namespace kaiaku
