#include "model/buffers.h"

#include <algorithm>

#include "backend/devices.h"
#include "model/adapter.h"

namespace kaiaku {
namespace {

// Rows of logits that are alive at once: about 64 MiB, and enough of them for a fast product.
int64_t head_rows(int64_t vocab_size, int64_t max_tokens) {
  constexpr int64_t kBytes = int64_t{64} << 20;
  const int64_t rows = kBytes / (vocab_size * static_cast<int64_t>(sizeof(float)));
  return std::min(std::clamp<int64_t>(rows, 32, 512), max_tokens);
}

// Rows of a head that are dequantised at once: about 8 million values.
int64_t head_block_rows(const ModelConfig& config) {
  constexpr int64_t kValues = int64_t{8} << 20;
  return std::clamp<int64_t>(kValues / config.hidden_size, 1, config.vocab_size);
}

bool kept_as(int32_t form, DType type) {
  return form == (type == DType::kF32 ? KAIAKU_WEIGHTS_F32 : KAIAKU_WEIGHTS_BF16);
}

LayerBuffers take_layer(const ModelConfig& config, const BufferSizes& sizes, Matrix x, Arena& arena) {
  const int64_t t = sizes.max_tokens;
  LayerBuffers layer;
  layer.x = x;
  layer.input_rstd = arena.vector(t);
  layer.input_normed = arena.tensor(sizes.compute, t, config.hidden_size);
  const int64_t normed_heads = config.qk_norm ? config.n_heads + config.n_kv_heads : 0;
  layer.qk = arena.tensor(sizes.compute, t, normed_heads * config.head_dim);
  layer.qk_rstd = arena.matrix(t, normed_heads);
  layer.qkv = arena.tensor(sizes.compute, t, stack_outputs(config, kQkv));
  layer.lse = arena.matrix(t, config.n_heads);
  layer.attended = arena.tensor(sizes.compute, t, stack_inputs(config, kOut));
  const int64_t post_normed = config.post_norms ? config.hidden_size : 0;
  layer.attention_out = arena.matrix(t, post_normed);
  layer.attention_rstd = arena.vector(config.post_norms ? t : 0);
  layer.feed_forward_out = arena.matrix(t, post_normed);
  layer.feed_forward_rstd = arena.vector(config.post_norms ? t : 0);
  layer.x_mid = arena.matrix(t, config.hidden_size);
  layer.mid_rstd = arena.vector(t);
  layer.mid_normed = arena.tensor(sizes.compute, t, config.hidden_size);
  layer.gate_up = arena.tensor(sizes.compute, t, stack_outputs(config, kGateUp));
  for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly}) {
    const auto targeted = static_cast<int64_t>(targeted_linears(config, stack, sizes.targets).size());
    layer.lora_h[stack] = arena.tensor(sizes.compute, t, targeted * sizes.rank);
  }
  return layer;
}

}  // namespace

Buffers::Buffers(const ModelConfig& config, const BufferSizes& sizes, Arena& activations, Arena& workspace) {
  const int64_t t = sizes.max_tokens;
  const int64_t d = config.hidden_size;
  first_kept = config.n_layers - sizes.kept_layers;
  if (first_kept > 0) {
    layers.assign(sizes.training ? static_cast<size_t>(first_kept) : 1,
                  take_layer(config, sizes, {}, workspace));
    for (LayerBuffers& layer : layers) layer.x = activations.matrix(t, d);
  }
  for (int64_t i = first_kept; i < config.n_layers; ++i) {
    layers.push_back(take_layer(config, sizes, activations.matrix(t, d), activations));
  }
  x_out = activations.matrix(t, d);

  const int64_t b = sizes.training ? t : 0;
  const DType compute = sizes.compute;
  d_x = workspace.matrix(b, d);
  d_normed = workspace.tensor(compute, b, d);
  // In f32 and without post-norms the gradient of the stream itself serves.
  d_out = workspace.tensor(compute, config.post_norms || compute != DType::kF32 ? b : 0, d);
  d_qkv = workspace.tensor(compute, b, stack_outputs(config, kQkv));
  d_attended = workspace.tensor(compute, b, stack_inputs(config, kOut));
  attention_scratch =
      workspace.matrix(b, kaiaku::attention_scratch(config.device, config.n_heads, config.head_dim));
  d_act = workspace.tensor(compute, b, config.intermediate_size);
  lora_g = workspace.tensor(compute, b, int64_t{3} * sizes.rank);

  int64_t widest = 0;
  for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly})
    widest = std::max(widest, stack_inputs(config, stack));
  dropped = workspace.tensor(compute, t, sizes.dropout ? widest : 0);
  act = workspace.tensor(compute, t, config.intermediate_size);
  const int64_t half = config.head_dim / 2;
  const int64_t p = sizes.max_positions;
  rope = {workspace.matrix(p, half), workspace.matrix(p, half)};
  if (has_local_layers(config)) local_rope = {workspace.matrix(p, half), workspace.matrix(p, half)};
  for (int32_t** array : {&tokens, &positions, &begins, &ends}) *array = workspace.take<int32_t>(t);

  const bool table_kept = kept_as(config.table_weights, compute);
  head_block = table_kept ? config.vocab_size : head_block_rows(config);
  int64_t weight_values = table_kept ? 0 : head_block * d;
  for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly}) {
    if (kept_as(config.weights, compute)) break;
    weight_values = std::max(weight_values, stack_outputs(config, stack) * stack_inputs(config, stack));
  }
  weight = workspace.tensor(compute, 1, weight_values);

  const int64_t c = head_rows(config.vocab_size, t);
  head_x = workspace.matrix(c, d);
  head_normed = workspace.tensor(compute, c, d);
  head_d = workspace.matrix(sizes.training ? c : 0, d);
  head_rstd = workspace.vector(c);
  logits = workspace.matrix(sizes.training ? c : std::min(c, sizes.max_logits), config.vocab_size);
  d_logits = compute == DType::kF32 ? Tensor(logits)
                                    : workspace.tensor(compute, sizes.training ? c : 0, config.vocab_size);
  for (int32_t** array : {&target_rows, &target_ids}) *array = workspace.take<int32_t>(b);
  nll = workspace.vector(b);
}

}  // namespace kaiaku
