#include "model/config.h"

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

}  // namespace

void check_config(const ModelConfig& config) {
  require(config.struct_size == static_cast<int32_t>(sizeof(ModelConfig)), "config.struct_size is ",
          config.struct_size, ", expected ", sizeof(ModelConfig));
  if (config.architecture != KAIAKU_ARCH_LLAMA && config.architecture != KAIAKU_ARCH_QWEN2) {
    fail(KAIAKU_UNSUPPORTED, "config.architecture is ", config.architecture,
         ", known are 0 (llama) and 1 (qwen2)");
  }
  if (config.weights != KAIAKU_WEIGHTS_F32) {
    fail(KAIAKU_UNSUPPORTED, "config.weights is ", config.weights, ", known is 0 (f32)");
  }
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
  check_flag("tied_embeddings", config.tied_embeddings);
  check_flag("attention_bias", config.attention_bias);
  check_flag("output_bias", config.output_bias);
  require(config.rms_norm_eps > 0 && config.rms_norm_eps < 1, "config.rms_norm_eps is ", config.rms_norm_eps,
          ", expected more than 0 and less than 1");
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

std::string layer_name(int64_t layer, const std::string& rest) {
  return text("model.layers.", layer, ".", rest);
}

}  // namespace kaiaku
