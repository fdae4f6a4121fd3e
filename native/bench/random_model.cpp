#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"
#include "bench.h"

namespace kaiaku::bench {
namespace {

struct Shape {
  const char* name;
  int32_t layers, hidden, intermediate, heads, kv_heads, head_dim, vocab, tied, attention_bias, qk_norm;
};

constexpr Shape kShapes[] = {
    {"smollm2-135m", 30, 576, 1536, 9, 3, 64, 49152, 1, 0, 0},
    {"smollm2-360m", 32, 960, 2560, 15, 5, 64, 49152, 1, 0, 0},
    {"qwen2.5-0.5b", 24, 896, 4864, 14, 2, 64, 151936, 1, 1, 0},
    {"qwen2.5-1.5b", 28, 1536, 8960, 12, 2, 128, 151936, 1, 1, 0},
    {"qwen3-4b", 36, 2560, 9728, 32, 8, 128, 151936, 1, 0, 1},
    {"qwen2.5-7b", 28, 3584, 18944, 28, 4, 128, 152064, 0, 1, 0},
    {"llama3.1-8b", 32, 4096, 14336, 32, 8, 128, 128256, 0, 0, 0},
    {"qwen3-8b", 36, 4096, 12288, 32, 8, 128, 151936, 0, 0, 1},
};

void set_rows(Model& model, const std::string& name, const std::vector<int64_t>& shape, int64_t first_row,
              int64_t n_rows, const std::vector<float>& values) {
  model.set_rows(name, KAIAKU_TYPE_F32, static_cast<int32_t>(shape.size()), shape.data(), first_row, n_rows,
                 values.data(), n_rows * shape.back() * static_cast<int64_t>(sizeof(float)));
}

void set_random_matrix(Model& model, std::mt19937& random, const std::string& name, int64_t rows,
                       int64_t cols) {
  constexpr int64_t kRows = 256;
  std::uniform_real_distribution<float> uniform(-0.05f, 0.05f);
  std::vector<float> values(static_cast<size_t>(kRows * cols));
  std::generate(values.begin(), values.end(), [&] { return uniform(random); });
  for (int64_t first = 0; first < rows; first += kRows) {
    set_rows(model, name, {rows, cols}, first, std::min(kRows, rows - first), values);
  }
}

void set_vector(Model& model, const std::string& name, int64_t n, float value) {
  set_rows(model, name, {n}, 0, 1, std::vector<float>(static_cast<size_t>(n), value));
}

}  // namespace

ModelConfig config_of(const Options& options) {
  for (const Shape& shape : kShapes) {
    if (options.shape != shape.name) continue;
    ModelConfig config{};
    config.struct_size = sizeof config;
    config.device = options.device;
    config.weights = options.weights;
    config.table_weights = options.eight_bit_tables                ? KAIAKU_WEIGHTS_Q8_0
                           : options.weights == KAIAKU_WEIGHTS_NF4 ? KAIAKU_WEIGHTS_BF16
                                                                   : options.weights;
    config.host_embedding = options.host_embedding;
    config.n_layers = shape.layers;
    config.hidden_size = shape.hidden;
    config.intermediate_size = shape.intermediate;
    config.n_heads = shape.heads;
    config.n_kv_heads = shape.kv_heads;
    config.head_dim = shape.head_dim;
    config.vocab_size = shape.vocab;
    config.tied_embeddings = shape.tied;
    config.attention_bias = shape.attention_bias;
    config.qk_norm = shape.qk_norm;
    config.rms_norm_eps = 1e-5f;
    config.embedding_scale = 1;
    config.attention_scale = 1 / std::sqrt(static_cast<float>(shape.head_dim));
    return config;
  }
  fail(KAIAKU_INVALID_ARGUMENT, "unknown shape ", options.shape);
}

TrainerOptions trainer_options(const Options& options) {
  TrainerOptions trainer{};
  trainer.struct_size = sizeof trainer;
  trainer.rank = options.rank;
  trainer.targets = KAIAKU_TARGET_ALL;
  trainer.max_tokens = options.micro_tokens;
  trainer.offload = options.offload;
  trainer.cached_layers = options.cached_layers;
  trainer.kept_layers = options.kept_layers < 0 ? config_of(options).n_layers : options.kept_layers;
  trainer.lr_ratio_b = 1;
  trainer.n_threads = options.threads;
  trainer.compute = options.compute;
  trainer.scaling = 2;
  trainer.beta1 = 0.9f;
  trainer.beta2 = 0.999f;
  trainer.eps = 1e-8f;
  trainer.max_grad_norm = 1;
  return trainer;
}

std::unique_ptr<Model> random_model(const ModelConfig& config) {
  auto model = std::make_unique<Model>(config);
  std::mt19937 random(1);
  set_random_matrix(*model, random, "model.embed_tokens.weight", config.vocab_size, config.hidden_size);
  if (!config.tied_embeddings) {
    set_random_matrix(*model, random, "lm_head.weight", config.vocab_size, config.hidden_size);
  }
  set_vector(*model, "model.norm.weight", config.hidden_size, 1);
  set_vector(*model, "rope.inv_freq", config.head_dim / 2, 0.01f);
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    set_vector(*model, layer_name(layer, "input_layernorm.weight"), config.hidden_size, 1);
    set_vector(*model, layer_name(layer, "post_attention_layernorm.weight"), config.hidden_size, 1);
    if (config.qk_norm) {
      set_vector(*model, layer_name(layer, "self_attn.q_norm.weight"), config.head_dim, 1);
      set_vector(*model, layer_name(layer, "self_attn.k_norm.weight"), config.head_dim, 1);
    }
    for (const LinearFacts& linear : linears_of(config)) {
      const std::string name = layer_name(layer, linear.name);
      set_random_matrix(*model, random, name + ".weight", linear.out, linear.in);
      const bool bias =
          linear.stack == kQkv ? config.attention_bias : linear.stack == kOut && config.output_bias;
      if (bias) set_vector(*model, name + ".bias", linear.out, 0.01f);
    }
  }
  model->seal();
  return model;
}

std::vector<int32_t> cu_seqlens_of(int32_t n, int32_t seq_len) {
  std::vector<int32_t> cu_seqlens{0};
  while (cu_seqlens.back() < n) cu_seqlens.push_back(std::min(cu_seqlens.back() + seq_len, n));
  return cu_seqlens;
}

}  // namespace kaiaku::bench
