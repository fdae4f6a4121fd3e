#include "model/buffers.h"

#include <algorithm>

#include "backend/devices.h"
#include "model/adapter.h"

namespace kaiaku {
namespace {

// Rows of logits that are alive at once, enough of them for a fast product: about 64 MiB, on a GPU 256 MiB,
// where they lie in memory that layers use at other times.
int64_t head_rows(const ModelConfig& config, int64_t max_tokens) {
  const bool gpu = config.device >= 0;
  const int64_t rows =
      (int64_t{gpu ? 256 : 64} << 20) / (config.vocab_size * static_cast<int64_t>(sizeof(float)));
  return std::min(std::clamp<int64_t>(rows, 32, gpu ? 1024 : 512), max_tokens);
}

// Rows of a head that are dequantised at once: about 8 million values, on a GPU 64 million.
int64_t head_block_rows(const ModelConfig& config) {
  const int64_t values = int64_t{config.device >= 0 ? 64 : 8} << 20;
  return std::clamp<int64_t>(values / config.hidden_size, 1, config.vocab_size);
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

Buffers::Buffers(const ModelConfig& config, const BufferSizes& sizes, Arena& activations, Arena& workspace,
                 Arena& host) {
  const int64_t t = sizes.max_tokens;
  const int64_t d = config.hidden_size;
  const bool gpu = config.device >= 0;
  const DType compute = sizes.compute;
  first_kept = config.n_layers - sizes.kept_layers;
  const int64_t again = sizes.training ? first_kept : std::min<int64_t>(first_kept, 1);

  // From forward to backward.
  std::vector<Matrix> x;
  for (int64_t i = 0; i < (sizes.offload ? std::min<int64_t>(again, 2) : again); ++i) {
    x.push_back(activations.matrix(t, d));
  }
  for (int64_t i = 0; sizes.offload && i < again; ++i) offloaded.push_back(host.matrix(t, d));
  std::vector<LayerBuffers> kept;
  for (int64_t i = first_kept; i < config.n_layers; ++i) {
    kept.push_back(take_layer(config, sizes, activations.matrix(t, d), activations));
  }
  // Where all layers take turns, so does what the last one makes.
  const bool in_turn = sizes.offload && kept.empty() && x.size() == 2;
  x_out = in_turn ? x[static_cast<size_t>(config.n_layers % 2)] : activations.matrix(t, d);
  embedded = host.matrix(config.host_embedding ? t : 0, d);

  // Of use all the time.
  const int64_t b = sizes.training ? t : 0;
  d_x = workspace.matrix(b, d);
  const int64_t half = config.head_dim / 2;
  const int64_t p = sizes.max_positions;
  rope = {workspace.matrix(p, half), workspace.matrix(p, half)};
  if (has_local_layers(config)) local_rope = {workspace.matrix(p, half), workspace.matrix(p, half)};
  for (int32_t** array : {&tokens, &positions, &begins, &ends}) *array = workspace.take<int32_t>(t);
  for (int32_t** array : {&target_rows, &target_ids}) *array = workspace.take<int32_t>(b);
  nll = workspace.vector(b);
  update_scale = workspace.vector(sizes.training ? 2 : 0);
  scratch = workspace.take<std::byte>(backend_scratch(config.device));
  const bool table_kept = kept_as(config.table_weights, compute);
  head_block = table_kept ? config.vocab_size : head_block_rows(config);
  matrices =
      MatrixCache(config, compute, sizes.cached_layers == 0 ? AtOnce::kOne : AtOnce::kLayer,
                  std::max<int64_t>(sizes.cached_layers - 1, 0), table_kept ? 0 : head_block * d, workspace);

  // Of use in layers.
  const int64_t shared = workspace.position();
  LayerBuffers once;
  if (again > 0) once = take_layer(config, sizes, {}, workspace);
  for (int64_t i = 0; i < again; ++i) {
    layers.push_back(once);
    layers.back().x = x[static_cast<size_t>(sizes.offload ? i % 2 : i)];
  }
  layers.insert(layers.end(), kept.begin(), kept.end());
  d_normed = workspace.tensor(compute, b, d);
  // In f32 and without post-norms the gradient of the stream itself serves.
  d_out = config.post_norms || compute != DType::kF32 ? d_normed : workspace.tensor(compute, 0, d);
  lora_g = workspace.tensor(compute, b, int64_t{3} * sizes.rank);
  int64_t widest = 0;
  for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly})
    widest = std::max(widest, stack_inputs(config, stack));
  dropped = workspace.tensor(compute, t, sizes.dropout ? widest : 0);
  const int64_t halves = workspace.position();
  act = workspace.tensor(compute, t, config.intermediate_size);
  d_act = workspace.tensor(compute, b, config.intermediate_size);
  workspace.go_back(halves);
  d_qkv = workspace.tensor(compute, b, stack_outputs(config, kQkv));
  d_attended = workspace.tensor(compute, b, stack_inputs(config, kOut));
  attention_scratch =
      workspace.matrix(b, kaiaku::attention_scratch(config.device, config.n_heads, config.head_dim));

  // Of use between forward and backward.
  workspace.go_back(shared);
  const int64_t c = head_rows(config, t);
  head_x = workspace.matrix(c, d);
  head_normed = workspace.tensor(compute, c, d);
  head_d = workspace.matrix(sizes.training ? c : 0, d);
  head_rstd = workspace.vector(c);
  logits = workspace.matrix(sizes.training ? c : std::min(c, sizes.max_logits), config.vocab_size);
  if (compute == DType::kF32) {
    d_logits = logits;
  } else if (gpu) {
    d_logits = {reinterpret_cast<std::byte*>(logits.data), compute, logits.rows, logits.cols,
                2 * logits.stride};
  } else {
    d_logits = workspace.tensor(compute, sizes.training ? c : 0, config.vocab_size);
  }
  workspace.go_to_end();
}

}  // namespace kaiaku
