#include "model/model.h"

#include <atomic>

#include "backend/backend.h"
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
  Weights(config_, arena_);
  arena_.allocate();
  weights_ = std::make_unique<Weights>(config_, arena_);
  add_slots();
}

int64_t Model::planned_bytes(const ModelConfig& config) {
  Arena arena("plan");
  Weights(config, arena);
  return arena.bytes();
}

void Model::add_slot(const std::string& name, Matrix values) {
  slots_.emplace(name, Slot{values, 2, 0});
}

void Model::add_slot(const std::string& name, float* values, int64_t n) {
  slots_.emplace(name, Slot{{values, 1, n, n}, 1, 0});
}

void Model::add_slots() {
  const Weights& weights = *weights_;
  const auto linears = linears_of(config_);
  add_slot("model.embed_tokens.weight", weights.embedding);
  if (!config_.tied_embeddings) add_slot("lm_head.weight", weights.head);
  add_slot("model.norm.weight", weights.norm, config_.hidden_size);
  add_slot(kInvFreq, weights.inv_freq, config_.head_dim / 2);
  if (weights.local_inv_freq != nullptr) {
    add_slot(kLocalInvFreq, weights.local_inv_freq, config_.head_dim / 2);
  }
  for (size_t i = 0; i < weights.layers.size(); ++i) {
    const LayerWeights& layer = weights.layers[i];
    const int64_t index = static_cast<int64_t>(i);
    add_norms(index, layer);
    for (const LinearFacts& linear : linears) {
      const FrozenLinear& stack = layer.linears[linear.stack];
      const std::string name = layer_name(index, linear.name);
      add_slot(name + ".weight", stack.weight.row_range(linear.first_out, linear.out));
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

void Model::set_rows(const std::string& name, int32_t type, int32_t n_dims, const int64_t* shape,
                     int64_t first_row, int64_t n_rows, const void* data, int64_t n_bytes) {
  if (sealed_) fail(KAIAKU_WRONG_ORDER, name, ": the model is sealed");
  const auto found = slots_.find(name);
  require(found != slots_.end(), name, ": this model has no such tensor");
  Slot& slot = found->second;
  const Matrix& values = slot.values;

  const StoredType* stored = stored_type(type);
  if (stored == nullptr) fail(KAIAKU_UNSUPPORTED, name, ": type ", type, " is unknown");
  require((name != kInvFreq && name != kLocalInvFreq) || type == KAIAKU_TYPE_F32, name, ": type ",
          stored->name, ", expected F32");
  require(n_dims == slot.n_dims, name, ": n_dims is ", n_dims, ", expected ", slot.n_dims);
  const int64_t expected[] = {slot.n_dims == 1 ? values.cols : values.rows, values.cols};
  require(shape[0] == expected[0] && (n_dims == 1 || shape[1] == expected[1]), name, ": shape ",
          shape_text(n_dims, shape), ", expected ", shape_text(n_dims, expected));
  require(values.cols % stored->block_values == 0, name, ": rows of ", values.cols,
          " values do not fill blocks of ", stored->name);
  require(n_rows >= 1 && first_row >= 0 && n_rows <= values.rows && first_row <= values.rows - n_rows, name,
          ": first_row ", first_row, " and n_rows ", n_rows, " are outside its ", values.rows, " rows");
  if (first_row != slot.rows_set) {
    fail(KAIAKU_WRONG_ORDER, name, ": first_row is ", first_row, ", the next row to come is ", slot.rows_set);
  }
  const int64_t row_bytes = values.cols / stored->block_values * stored->block_bytes;
  require(n_bytes == n_rows * row_bytes, name, ": n_bytes is ", n_bytes, ", expected ", n_rows * row_bytes,
          " for ", n_rows, " rows of ", stored->name);

  const Matrix rows = values.row_range(first_row, n_rows);
  std::atomic<bool> finite{true};
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < n_rows; ++i) {
    dequantize(type, static_cast<const char*>(data) + i * row_bytes, rows.cols, rows.row(i));
    if (!all_finite(rows.row(i), rows.cols)) finite = false;
  }
  if (!finite)
    fail(KAIAKU_NOT_FINITE, name, ": a value in rows ", first_row, " to ", first_row + n_rows - 1,
         " is NaN or infinite");
  slot.rows_set += n_rows;
}

void Model::seal() {
  if (sealed_) fail(KAIAKU_WRONG_ORDER, "the model is sealed already");
  for (const auto& [name, slot] : slots_) {
    require(slot.rows_set > 0, name, ": the tensor is missing");
    require(slot.rows_set == slot.values.rows, name, ": only ", slot.rows_set, " of ", slot.values.rows,
            " rows were set");
  }
  sealed_ = true;
}

}  // namespace kaiaku
