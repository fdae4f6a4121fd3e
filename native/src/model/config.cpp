#include "model/config.h"

#include <cmath>

#include "base/error.h"

namespace kaiaku {
namespace {

// Products of sizes within these limits fit an int64_t.
constexpr int32_t kMaxSize = 1 << 24;
constexpr int32_t kMaxLayers = 1 << 10;
constexpr int32_t kMaxHeadDim = 256;

void check_range(const char* field, int32_t value, int32_t max) {
  require(value >= 1 && value <= max, "config.", field, " is ", value, ", expected 1 to ", max);
}

void check_flag(const char* field, int32_t value) {
  require(value == 0 || value == 1, "config.", field, " is ", value, ", expected 0 or 1");
}

void check_scale(const char* field, float value) {
  require(std::isfinite(value) && value > 0, "config.", field, " is ", value, ", expected more than 0");
}

void check_weights(const char* field, int32_t value) {
  if (value < KAIAKU_WEIGHTS_F32 || value > KAIAKU_WEIGHTS_Q8_0) {
    fail(KAIAKU_UNSUPPORTED, "config.", field, " is ", value, ", known are 0 (f32) to 4 (q8_0)");
  }
}

void check_q8_columns(int32_t form, const char* field, int64_t cols) {
  require(form != KAIAKU_WEIGHTS_Q8_0 || cols % 32 == 0, "config.", field, " is ", cols,
          ", expected a multiple of 32 for blocks of Q8_0");
}

}  // namespace

void check_config(const ModelConfig& config) {
  require(config.struct_size == static_cast<int32_t>(sizeof(ModelConfig)), "config.struct_size is ",
          config.struct_size, ", expected ", sizeof(ModelConfig));
  require(config.device >= -1, "config.device is ", config.device,
          ", expected -1 (the CPU) or a GPU's index");
  check_weights("weights", config.weights);
  check_weights("table_weights", config.table_weights);
  require(config.table_weights != KAIAKU_WEIGHTS_NF4, "config.table_weights is ", config.table_weights,
          ", embedding and head cannot be NF4");
  check_range("n_layers", config.n_layers, kMaxLayers);
  check_range("hidden_size", config.hidden_size, kMaxSize);
  check_range("intermediate_size", config.intermediate_size, kMaxSize);
  check_range("vocab_size", config.vocab_size, kMaxSize);
  check_range("head_dim", config.head_dim, kMaxHeadDim);
  require(config.head_dim % 8 == 0, "config.head_dim is ", config.head_dim, ", expected a multiple of 8");
  check_range("n_heads", config.n_heads, kMaxSize / kMaxHeadDim);
  check_range("n_kv_heads", config.n_kv_heads, config.n_heads);
  require(config.n_heads % config.n_kv_heads == 0, "config.n_kv_heads is ", config.n_kv_heads,
          ", which does not divide config.n_heads ", config.n_heads);
  check_q8_columns(config.table_weights, "hidden_size", config.hidden_size);
  for (const LinearFacts& linear : linears_of(config))
    check_q8_columns(config.weights, linear.name, linear.in);
  check_flag("tied_embeddings", config.tied_embeddings);
  check_flag("host_embedding", config.host_embedding);
  require(config.host_embedding == 0 || (config.device >= 0 && config.tied_embeddings == 0),
          "config.host_embedding is 1, expected 0 ", config.device < 0 ? "on the CPU" : "where it is tied");
  check_flag("attention_bias", config.attention_bias);
  check_flag("output_bias", config.output_bias);
  check_flag("qk_norm", config.qk_norm);
  check_flag("post_norms", config.post_norms);
  if (config.activation != KAIAKU_ACTIVATION_SILU && config.activation != KAIAKU_ACTIVATION_GELU_TANH) {
    fail(KAIAKU_UNSUPPORTED, "config.activation is ", config.activation,
         ", known are 0 (silu) and 1 (gelu_tanh)");
  }
  require(config.rms_norm_eps > 0 && config.rms_norm_eps < 1, "config.rms_norm_eps is ", config.rms_norm_eps,
          ", expected more than 0 and less than 1");
  check_scale("embedding_scale", config.embedding_scale);
  check_scale("attention_scale", config.attention_scale);
  require(config.sliding_window >= 0, "config.sliding_window is ", config.sliding_window,
          ", expected 0 or more");
  for (int32_t i = 0; config.local_layers != nullptr && i < config.n_layers; ++i) {
    require(config.local_layers[i] <= 1, "config.local_layers[", i, "] is ",
            static_cast<int>(config.local_layers[i]), ", expected 0 or 1");
    require(config.local_layers[i] == 0 || config.sliding_window > 0, "config.sliding_window is 0, expected ",
            "1 or more for local layer ", i);
  }
}

bool is_local(const ModelConfig& config, int64_t layer) {
  return config.local_layers != nullptr && config.local_layers[layer] != 0;
}

bool has_local_layers(const ModelConfig& config) {
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    if (is_local(config, layer)) return true;
  }
  return false;
}

std::array<LinearFacts, kLinears> linears_of(const ModelConfig& config) {
  const int64_t d = config.hidden_size;
  const int64_t f = config.intermediate_size;
  const int64_t q = static_cast<int64_t>(config.n_heads) * config.head_dim;
  const int64_t kv = static_cast<int64_t>(config.n_kv_heads) * config.head_dim;
  return {{{"self_attn.q_proj", kQkv, 0, q, d},
           {"self_attn.k_proj", kQkv, q, kv, d},
           {"self_attn.v_proj", kQkv, q + kv, kv, d},
           {"self_attn.o_proj", kOut, 0, d, q},
           {"mlp.gate_proj", kGateUp, 0, f, d},
           {"mlp.up_proj", kGateUp, f, f, d},
           {"mlp.down_proj", kDownOnly, 0, d, f}}};
}

int64_t stack_outputs(const ModelConfig& config, Stack stack) {
  int64_t out = 0;
  for (const LinearFacts& linear : linears_of(config)) out += linear.stack == stack ? linear.out : 0;
  return out;
}

int64_t stack_inputs(const ModelConfig& config, Stack stack) {
  int64_t in = 0;
  for (const LinearFacts& linear : linears_of(config)) in = linear.stack == stack ? linear.in : in;
  return in;
}

DType compute_type(int32_t compute) {
  switch (compute) {
    case KAIAKU_COMPUTE_F32:
      return DType::kF32;
    case KAIAKU_COMPUTE_BF16:
      return DType::kBf16;
    default:
      fail(KAIAKU_UNSUPPORTED, "options.compute is ", compute, ", known are 0 (f32) and 1 (bf16)");
  }
}

std::string layer_name(int64_t layer, const std::string& rest) {
  return text("model.layers.", layer, ".", rest);
}

}  // namespace kaiaku
