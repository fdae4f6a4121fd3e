#include "model/weights.h"

namespace kaiaku {
namespace {

FrozenLinear take_linear(const ModelConfig& config, Stack stack, bool bias, Arena& arena) {
  std::vector<int64_t> rows;
  for (const LinearFacts& linear : linears_of(config)) {
    if (linear.stack == stack) rows.push_back(linear.out);
  }
  FrozenMatrix weight(config.weights, rows, stack_inputs(config, stack), arena);
  return {std::move(weight), bias ? arena.vector(stack_outputs(config, stack)) : nullptr};
}

}  // namespace

Weights::Weights(const ModelConfig& config, Arena& arena, Arena& host) {
  tied = config.tied_embeddings != 0;
  embedding = FrozenMatrix(config.table_weights, {config.vocab_size}, config.hidden_size,
                           config.host_embedding ? host : arena);
  if (!tied) lm_head = FrozenMatrix(config.table_weights, {config.vocab_size}, config.hidden_size, arena);
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
    layers.push_back(std::move(layer));
  }
}

int64_t Weights::block_bytes() const {
  int64_t bytes = lm_head.block_bytes();
  for (const LayerWeights& layer : layers) {
    for (const FrozenLinear& linear : layer.linears) bytes += linear.weight.block_bytes();
  }
  return bytes;
}

}  // namespace kaiaku
