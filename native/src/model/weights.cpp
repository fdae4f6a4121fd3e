#include "model/weights.h"

namespace kaiaku {
namespace {

FrozenLinear take_linear(const ModelConfig& config, Stack stack, bool bias, Arena& arena) {
  const int64_t out = stack_outputs(config, stack);
  const Matrix weight = arena.matrix(out, stack_inputs(config, stack));
  return {weight, bias ? arena.vector(out) : nullptr};
}

}  // namespace

Weights::Weights(const ModelConfig& config, Arena& arena) {
  embedding = arena.matrix(config.vocab_size, config.hidden_size);
  head = config.tied_embeddings ? embedding : arena.matrix(config.vocab_size, config.hidden_size);
  norm = arena.vector(config.hidden_size);
  inv_freq = arena.vector(config.head_dim / 2);
  local_inv_freq = has_local_layers(config) ? arena.vector(config.head_dim / 2) : nullptr;
  for (int32_t i = 0; i < config.n_layers; ++i) {
    LayerWeights layer;
    layer.input_norm = arena.vector(config.hidden_size);
    layer.attention_post_norm = config.post_norms ? arena.vector(config.hidden_size) : nullptr;
    layer.mid_norm = arena.vector(config.hidden_size);
    layer.feed_forward_post_norm = config.post_norms ? arena.vector(config.hidden_size) : nullptr;
    layer.q_norm = config.qk_norm ? arena.vector(config.head_dim) : nullptr;
    layer.k_norm = config.qk_norm ? arena.vector(config.head_dim) : nullptr;
    layer.linears[kQkv] = take_linear(config, kQkv, config.attention_bias, arena);
    layer.linears[kOut] = take_linear(config, kOut, config.output_bias, arena);
    layer.linears[kGateUp] = take_linear(config, kGateUp, false, arena);
    layer.linears[kDownOnly] = take_linear(config, kDownOnly, false, arena);
    layers.push_back(layer);
  }
}

}  // namespace kaiaku
