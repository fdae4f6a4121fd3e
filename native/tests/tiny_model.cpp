#include "tiny_model.h"

#include <algorithm>

namespace kaiaku::test {
namespace {

// Draws tensors in the order in which they are asked for.
class Draw {
 public:
  Draw(uint32_t seed, const TensorSink& sink) : random_(seed), sink_(sink) {}

  void matrix(const std::string& name, int64_t rows, int64_t cols) {
    sink_(name, {rows, cols}, random_.values(rows * cols, 0.5f));
  }
  void vector(const std::string& name, int64_t n, float middle) {
    std::vector<float> values = random_.values(n, 0.3f);
    for (float& x : values) x += middle;
    sink_(name, {n}, values);
  }

 private:
  Random random_;
  const TensorSink& sink_;
};

}  // namespace

ModelConfig tiny_config() {
  ModelConfig config{};
  config.struct_size = sizeof config;
  config.device = -1;
  config.n_layers = 2;
  config.hidden_size = 24;
  config.intermediate_size = 40;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.head_dim = 8;
  config.vocab_size = 31;
  config.tied_embeddings = 1;
  config.rms_norm_eps = 1e-5f;
  config.embedding_scale = 1;
  config.attention_scale = 0.35f;
  return config;
}

ModelConfig qwen3_like_config() {
  ModelConfig config = tiny_config();
  config.qk_norm = 1;
  return config;
}

ModelConfig windowed_config() {
  static constexpr uint8_t kLocal[] = {1, 1};
  ModelConfig config = tiny_config();
  config.sliding_window = 4;
  config.local_layers = kLocal;
  return config;
}

ModelConfig gemma3_like_config() {
  static constexpr uint8_t kLocal[] = {1, 0};
  ModelConfig config = tiny_config();
  config.qk_norm = 1;
  config.post_norms = 1;
  config.activation = KAIAKU_ACTIVATION_GELU_TANH;
  config.sliding_window = 3;
  config.embedding_scale = 2.5f;
  config.attention_scale = 0.2f;
  config.local_layers = kLocal;
  return config;
}

TrainerOptions tiny_options() {
  TrainerOptions options{};
  options.struct_size = sizeof options;
  options.rank = 3;
  options.targets = KAIAKU_TARGET_ALL;
  options.max_tokens = 64;
  options.kept_layers = 2;
  options.n_threads = 1;
  options.scaling = 1.5f;
  options.beta1 = 0.9f;
  options.beta2 = 0.999f;
  options.eps = 1e-8f;
  options.lr_ratio_b = 1;
  return options;
}

void each_random_tensor(const ModelConfig& config, uint32_t seed, const TensorSink& sink) {
  Draw tensors(seed, sink);
  tensors.matrix("model.embed_tokens.weight", config.vocab_size, config.hidden_size);
  if (!config.tied_embeddings) tensors.matrix("lm_head.weight", config.vocab_size, config.hidden_size);
  tensors.vector("model.norm.weight", config.hidden_size, 1);
  tensors.vector("rope.inv_freq", config.head_dim / 2, 0.5f);
  if (has_local_layers(config)) tensors.vector("rope.local.inv_freq", config.head_dim / 2, 1);
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    tensors.vector(layer_name(layer, "input_layernorm.weight"), config.hidden_size, 1);
    tensors.vector(layer_name(layer, "post_attention_layernorm.weight"), config.hidden_size, 1);
    if (config.post_norms) {
      tensors.vector(layer_name(layer, "pre_feedforward_layernorm.weight"), config.hidden_size, 1);
      tensors.vector(layer_name(layer, "post_feedforward_layernorm.weight"), config.hidden_size, 1);
    }
    if (config.qk_norm) {
      tensors.vector(layer_name(layer, "self_attn.q_norm.weight"), config.head_dim, 1);
      tensors.vector(layer_name(layer, "self_attn.k_norm.weight"), config.head_dim, 1);
    }
    for (const LinearFacts& linear : linears_of(config)) {
      const std::string name = layer_name(layer, linear.name);
      tensors.matrix(name + ".weight", linear.out, linear.in);
      const bool bias =
          (linear.stack == kQkv && config.attention_bias) || (linear.stack == kOut && config.output_bias);
      if (bias) tensors.vector(name + ".bias", linear.out, 0);
    }
  }
}

void set_random_tensors(Model& model, uint32_t seed, const std::vector<std::string>& except) {
  each_random_tensor(
      model.config(), seed,
      [&](const std::string& name, const std::vector<int64_t>& shape, const std::vector<float>& values) {
        if (std::find(except.begin(), except.end(), name) != except.end()) return;
        model.set_rows(name, KAIAKU_TYPE_F32, static_cast<int32_t>(shape.size()), shape.data(), 0,
                       shape.size() == 2 ? shape[0] : 1, values.data(),
                       static_cast<int64_t>(values.size() * sizeof(float)));
      });
}

std::unique_ptr<Model> tiny_model(const ModelConfig& config, uint32_t seed) {
  auto model = std::make_unique<Model>(config);
  set_random_tensors(*model, seed);
  model->seal();
  return model;
}

std::vector<LoraMatrixName> lora_names(const ModelConfig& config, const TrainerOptions& options) {
  std::vector<LoraMatrixName> names;
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly}) {
      for (const LinearFacts& linear : targeted_linears(config, stack, options.targets)) {
        const std::string name = layer_name(layer, linear.name);
        names.push_back({name + ".lora_A.weight", options.rank * linear.in});
        names.push_back({name + ".lora_B.weight", options.rank * linear.out});
      }
    }
  }
  return names;
}

std::unique_ptr<Trainer> tiny_trainer(const Model& model, const TrainerOptions& options, uint32_t seed) {
  auto trainer = std::make_unique<Trainer>(model, options);
  Random random(seed);
  for (const LoraMatrixName& matrix : lora_names(model.config(), options)) {
    trainer->set_tensor(KAIAKU_STATE_WEIGHT, matrix.name, random.values(matrix.n, 0.3f).data(), matrix.n);
  }
  return trainer;
}

Batch TinyBatch::view() const {
  return {tokens.data(), static_cast<int64_t>(tokens.size()), cu_seqlens.data(),
          static_cast<int64_t>(cu_seqlens.size()) - 1};
}

TinyBatch tiny_batch(const ModelConfig& config, const std::vector<int32_t>& lengths, uint32_t seed) {
  Random random(seed);
  TinyBatch batch{{}, {}, {0}};
  for (const int32_t length : lengths) {
    for (int32_t t = 0; t < length; ++t) {
      batch.tokens.push_back(static_cast<int32_t>(random.below(config.vocab_size)));
      batch.learn.push_back(random.below(3) > 0 ? 1 : 0);
    }
    batch.cu_seqlens.push_back(batch.cu_seqlens.back() + length);
  }
  return batch;
}

std::vector<float> get(const Trainer& trainer, int32_t state, const LoraMatrixName& matrix) {
  std::vector<float> values(static_cast<size_t>(matrix.n));
  trainer.get_tensor(state, matrix.name, values.data(), matrix.n);
  return values;
}

}  // namespace kaiaku::test
