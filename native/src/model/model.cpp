#include "model/model.h"

#include "backend/devices.h"
#include "base/error.h"

namespace kaiaku {
namespace {

constexpr const char* kInvFreq = "rope.inv_freq";
constexpr const char* kLocalInvFreq = "rope.local.inv_freq";

std::string shape_text(int32_t n_dims, const int64_t* shape) {
  return n_dims == 1 ? text("[", shape[0], "]") : text("[", shape[0], ", ", shape[1], "]");
}

}  // namespace

Model::Model(const ModelConfig& config) : config_(config) {
  check_config(config);
  if (config.local_layers != nullptr) {
    local_layers_.assign(config.local_layers, config.local_layers + config.n_layers);
    config_.local_layers = local_layers_.data();
  }
  Weights(config_, arena_, host_arena_);
  backend_ = open_backend(config.device);
  if (config.host_embedding) {
    host_ = open_backend(-1);
    host_arena_.allocate(*host_);
  }
  arena_.allocate(*backend_);
  weights_ = std::make_unique<Weights>(config_, arena_, host_arena_);
  add_slots();
}

Model::Bytes Model::planned_bytes(const ModelConfig& config) {
  Arena arena("plan"), host("plan");
  const Weights weights(config, arena, host);
  return {arena.bytes(), host.bytes()};
}

int64_t Model::bytes() const {
  return arena_.bytes() + weights_->block_bytes() + (host_ ? 0 : weights_->embedding_block_bytes());
}

int64_t Model::host_bytes() const {
  return host_ ? host_arena_.bytes() + weights_->embedding_block_bytes() : 0;
}

Backend& Model::backend_of(const FrozenMatrix& matrix) const {
  return host_ != nullptr && &matrix == &weights_->embedding ? *host_ : *backend_;
}

void Model::add_slot(const std::string& name, FrozenMatrix& matrix, size_t part) {
  slots_.emplace(name, Slot{&matrix, part, nullptr, matrix.part_rows(part), matrix.cols(), 0});
}

void Model::add_slot(const std::string& name, float* values, int64_t n) {
  slots_.emplace(name, Slot{nullptr, 0, values, 1, n, 0});
}

void Model::add_slots() {
  Weights& weights = *weights_;
  add_slot("model.embed_tokens.weight", weights.embedding, 0);
  if (!config_.tied_embeddings) add_slot("lm_head.weight", weights.lm_head, 0);
  add_slot("model.norm.weight", weights.norm, config_.hidden_size);
  add_slot(kInvFreq, weights.inv_freq, config_.head_dim / 2);
  if (weights.local_inv_freq != nullptr) {
    add_slot(kLocalInvFreq, weights.local_inv_freq, config_.head_dim / 2);
  }
  for (size_t i = 0; i < weights.layers.size(); ++i) {
    LayerWeights& layer = weights.layers[i];
    const int64_t index = static_cast<int64_t>(i);
    add_norms(index, layer);
    std::array<size_t, kStacks> parts{};
    for (const LinearFacts& linear : linears_of(config_)) {
      FrozenLinear& stack = layer.linears[linear.stack];
      const std::string name = layer_name(index, linear.name);
      add_slot(name + ".weight", stack.weight, parts[linear.stack]++);
      if (stack.bias != nullptr) add_slot(name + ".bias", stack.bias + linear.first_out, linear.out);
    }
  }
}

void Model::add_norms(int64_t layer, const LayerWeights& weights) {
  const auto add = [&](const char* name, float* values, int64_t n) {
    add_slot(layer_name(layer, name) + ".weight", values, n);
  };
  const int64_t d = config_.hidden_size;
  add("input_layernorm", weights.input_norm, d);
  if (config_.post_norms) {
    add("post_attention_layernorm", weights.attention_post_norm, d);
    add("pre_feedforward_layernorm", weights.mid_norm, d);
    add("post_feedforward_layernorm", weights.feed_forward_post_norm, d);
  } else {
    add("post_attention_layernorm", weights.mid_norm, d);
  }
  if (config_.qk_norm) {
    add("self_attn.q_norm", weights.q_norm, config_.head_dim);
    add("self_attn.k_norm", weights.k_norm, config_.head_dim);
  }
}

Model::Slot& Model::open_slot(const std::string& name, int32_t n_dims, const int64_t* shape) {
  if (sealed_) fail(KAIAKU_WRONG_ORDER, name, ": the model is sealed");
  const auto found = slots_.find(name);
  require(found != slots_.end(), name, ": this model has no such tensor");
  Slot& slot = found->second;
  require(n_dims == slot.n_dims(), name, ": n_dims is ", n_dims, ", expected ", slot.n_dims());
  const int64_t expected[] = {n_dims == 1 ? slot.cols : slot.rows, slot.cols};
  require(shape[0] == expected[0] && (n_dims == 1 || shape[1] == expected[1]), name, ": shape ",
          shape_text(n_dims, shape), ", expected ", shape_text(n_dims, expected));
  return slot;
}

void Model::set_rows(const std::string& name, int32_t type, int32_t n_dims, const int64_t* shape,
                     int64_t first_row, int64_t n_rows, const void* data, int64_t n_bytes) {
  Slot& slot = open_slot(name, n_dims, shape);
  const StoredType* stored = stored_type(type);
  if (stored == nullptr) fail(KAIAKU_UNSUPPORTED, name, ": type ", type, " is unknown");
  require((name != kInvFreq && name != kLocalInvFreq) || type == KAIAKU_TYPE_F32, name, ": type ",
          stored->name, ", expected F32");
  require(slot.cols % stored->block_values == 0, name, ": rows of ", slot.cols,
          " values do not fill blocks of ", stored->name);
  require(n_rows >= 1 && first_row >= 0 && n_rows <= slot.rows && first_row <= slot.rows - n_rows, name,
          ": first_row ", first_row, " and n_rows ", n_rows, " are outside its ", slot.rows, " rows");
  if (first_row != slot.rows_set) {
    fail(KAIAKU_WRONG_ORDER, name, ": first_row is ", first_row, ", the next row to come is ", slot.rows_set);
  }
  const int64_t expected_bytes = stored_bytes(type, n_rows * slot.cols);
  require(n_bytes == expected_bytes, name, ": n_bytes is ", n_bytes, ", expected ", expected_bytes, " for ",
          n_rows, " rows of ", stored->name);

  bool finite;
  if (slot.matrix != nullptr) {
    finite = slot.matrix->set_rows(backend_of(*slot.matrix), name, slot.part, type, first_row, n_rows, data);
  } else {
    std::vector<float> values(static_cast<size_t>(slot.cols));
    dequantize(type, data, slot.cols, values.data());
    finite = all_finite(values.data(), slot.cols);
    backend_->upload(values.data(), slot.cols * static_cast<int64_t>(sizeof(float)), slot.vector);
  }
  if (!finite)
    fail(KAIAKU_NOT_FINITE, name, ": a value in rows ", first_row, " to ", first_row + n_rows - 1,
         " is NaN or infinite");
  slot.rows_set += n_rows;
}

void Model::set_nf4(const std::string& name, int32_t n_dims, const int64_t* shape, const Nf4& nf4) {
  constexpr int64_t kMaxBlock = 1 << 16;
  Slot& slot = open_slot(name, n_dims, shape);
  require(n_dims == 2, name, ": expected values, it cannot be 4-bit");
  const bool table = slot.matrix == &weights_->embedding || slot.matrix == &weights_->lm_head;
  require(!table || config_.table_weights != KAIAKU_WEIGHTS_FILE, name, ": a table cannot be kept in 4 bits");
  if (slot.rows_set != 0) fail(KAIAKU_WRONG_ORDER, name, ": the tensor has come already");
  require(nf4.block_size >= 2 && nf4.block_size <= kMaxBlock && nf4.block_size % 2 == 0, name,
          ": block_size is ", nf4.block_size, ", expected an even number up to ", kMaxBlock);
  require(nf4.nested_block_size >= 0, name, ": nested_block_size is ", nf4.nested_block_size,
          ", expected 0 or more");
  if (!slot.matrix->set_nf4(backend_of(*slot.matrix), name, slot.part, nf4)) {
    fail(KAIAKU_NOT_FINITE, name, ": an absmax or a code's value is NaN or infinite");
  }
  slot.rows_set = slot.rows;
}

Nf4Bytes Model::nf4(const std::string& name) const {
  const auto found = slots_.find(name);
  require(found != slots_.end(), name, ": this model has no such tensor");
  const Slot& slot = found->second;
  require(slot.matrix != nullptr && slot.rows_set == slot.rows, name, ": expected a matrix that has come");
  const StoredMatrix stored = slot.matrix->stored(slot.part);
  require(stored.nf4 != nullptr && stored.nf4->block_size == kNf4Block &&
              stored.nf4->nested_block_size == kNf4NestedBlock,
          name, ": it is not kept as NF4 with double quantisation");
  const int64_t n = stored.rows * stored.cols;
  const int64_t blocks = (n + kNf4Block - 1) / kNf4Block;
  const int64_t nested_blocks = (blocks + kNf4NestedBlock - 1) / kNf4NestedBlock;
  Nf4Bytes bytes{stored.rows,
                 stored.cols,
                 std::vector<uint8_t>(static_cast<size_t>((n + 1) / 2)),
                 std::vector<uint8_t>(static_cast<size_t>(blocks)),
                 std::vector<float>(static_cast<size_t>(nested_blocks)),
                 stored.nf4->nested_offset};
  backend_->download(stored.nf4->packed, (n + 1) / 2, bytes.packed.data());
  backend_->download(stored.nf4->absmax, blocks, bytes.absmax.data());
  backend_->download(stored.nf4->nested_absmax, nested_blocks * static_cast<int64_t>(sizeof(float)),
                     bytes.nested_absmax.data());
  return bytes;
}

void Model::seal() {
  if (sealed_) fail(KAIAKU_WRONG_ORDER, "the model is sealed already");
  for (const auto& [name, slot] : slots_) {
    require(slot.rows_set > 0, name, ": the tensor is missing");
    require(slot.rows_set == slot.rows, name, ": only ", slot.rows_set, " of ", slot.rows, " rows were set");
  }
  backend_->finish();
  sealed_ = true;
}

}  // namespace kaiaku
