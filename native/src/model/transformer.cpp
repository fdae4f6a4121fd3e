#include "model/transformer.h"

#include <vector>

#include "backend/devices.h"
#include "base/mix.h"

namespace kaiaku {

Transformer::Transformer(const Model& model, const Adapter* adapter, float scaling, Buffers& buffers,
                         Backend& backend)
    : config_(model.config()),
      weights_(model.weights()),
      adapter_(adapter),
      scaling_(scaling),
      buffers_(buffers),
      backend_(backend),
      host_(model.config().host_embedding ? open_backend(-1) : nullptr) {
  backend_.rope_table(weights_.inv_freq, buffers_.rope.cos, buffers_.rope.sin);
  if (weights_.local_inv_freq != nullptr) {
    backend_.rope_table(weights_.local_inv_freq, buffers_.local_rope.cos, buffers_.local_rope.sin);
  }
}

ConstMatrix Transformer::forward(const Batch& batch, int64_t n_layers, const Pass& pass) {
  batch_ = batch;
  pass_ = pass;
  kv_cache_ = nullptr;
  upload(batch, std::vector<int32_t>(static_cast<size_t>(batch.n_sequences)));
  return layers_forward(n_layers);
}

void Transformer::upload(const Batch& batch, const std::vector<int32_t>& before) {
  std::vector<int32_t> positions, begins, ends;
  for (int64_t s = 0; s < batch.n_sequences; ++s) {
    const int32_t begin = batch.cu_seqlens[s], end = batch.cu_seqlens[s + 1];
    for (int32_t i = begin; i < end; ++i) positions.push_back(before[static_cast<size_t>(s)] + i - begin);
    begins.insert(begins.end(), static_cast<size_t>(end - begin), begin);
    ends.insert(ends.end(), static_cast<size_t>(end - begin), end);
  }
  const int64_t bytes = batch.n_tokens * static_cast<int64_t>(sizeof(int32_t));
  backend_.upload(batch.tokens, bytes, buffers_.tokens);
  backend_.upload(positions.data(), bytes, buffers_.positions);
  backend_.upload(begins.data(), bytes, buffers_.begins);
  backend_.upload(ends.data(), bytes, buffers_.ends);
}

ConstMatrix Transformer::forward(const Batch& batch, const int32_t* slots, KvCache& cache, bool use_adapter) {
  batch_ = batch;
  pass_ = {use_adapter};
  slots_ = slots;
  kv_cache_ = &cache;
  std::vector<int32_t> before;
  for (int64_t s = 0; s < batch.n_sequences; ++s) {
    before.push_back(static_cast<int32_t>(cache.length(slots[s])));
  }
  upload(batch, before);
  const ConstMatrix x = layers_forward(config_.n_layers);
  for (int64_t s = 0; s < batch.n_sequences; ++s) {
    cache.grow(slots[s], batch.cu_seqlens[s + 1] - batch.cu_seqlens[s]);
  }
  return x;
}

ConstMatrix Transformer::layers_forward(int64_t n_layers) {
  const int64_t t = batch_.n_tokens;
  // Without backward every layer works in the buffers of the first, in place on x.
  const auto buffers_of = [&](int64_t layer) -> const LayerBuffers& {
    return buffers_.layers[pass_.keep == Keep::kForBackward ? static_cast<size_t>(layer) : 0];
  };
  Matrix x = buffers_of(0).x.first_rows(t);
  embed(x);
  for (int64_t layer = 0; layer < n_layers; ++layer) {
    if (pass_.keep == Keep::kForBackward && layer < buffers_.first_kept && !buffers_.offloaded.empty()) {
      // The input before this one is on its way out of the memory that this layer writes to.
      backend_.join_copies();
      if (is_offloaded(layer)) {
        backend_.offload(x.data, input_bytes(), buffers_.offloaded[static_cast<size_t>(layer)].data);
      }
    }
    const bool last = layer + 1 == config_.n_layers;
    const Matrix y = (last ? buffers_.x_out : buffers_of(layer + 1).x).first_rows(t);
    layer_forward(layer, rows_of(buffers_of(layer)), y);
    x = y;
  }
  return x;
}

void Transformer::embed(Matrix x) {
  if (host_ == nullptr) {
    backend_.embedding_forward(weights_.embedding.stored(0), buffers_.tokens, x);
  } else {
    backend_.finish_copies();  // of the batch before this
    const Matrix rows = buffers_.embedded.first_rows(x.rows);
    host_->embedding_forward(weights_.embedding.stored(0), batch_.tokens, rows);
    backend_.reload(rows.data, input_bytes(), x.data);
    backend_.join_copies();
  }
  if (config_.embedding_scale != 1) backend_.scale(x, config_.embedding_scale);
}

bool Transformer::is_offloaded(int64_t layer) const {
  return !buffers_.offloaded.empty() && layer < buffers_.first_kept - 1;
}

int64_t Transformer::input_bytes() const {
  return batch_.n_tokens * config_.hidden_size * static_cast<int64_t>(sizeof(float));
}

void Transformer::backward(const Batch& batch) {
  batch_ = batch;
  const Matrix d_x = buffers_.d_x.first_rows(batch.n_tokens);
  for (int64_t layer = config_.n_layers - 1; layer >= 0; --layer) {
    const LayerBuffers b = rows_of(buffers_.layers[static_cast<size_t>(layer)]);
    if (layer < buffers_.first_kept) {
      if (is_offloaded(layer)) backend_.join_copies();
      if (layer > 0 && is_offloaded(layer - 1)) {
        const auto next = static_cast<size_t>(layer - 1);
        backend_.reload(buffers_.offloaded[next].data, input_bytes(), buffers_.layers[next].x.data);
      }
      layer_forward(layer, b, {});
    }
    layer_backward(layer, b, d_x);
  }
}

// x_mid = x + o(attention(qkv(norm(x)))), y = x_mid + down(activation(gate_up(norm(x_mid)))), with a norm on
// o's and on down's result where the config has post-norms.
void Transformer::layer_forward(int64_t layer, const LayerBuffers& b, Matrix y) {
  const LayerWeights& w = weights_.layers[static_cast<size_t>(layer)];
  const float eps = config_.rms_norm_eps;
  const Tensor act = buffers_.act.first_rows(batch_.n_tokens);

  backend_.rms_norm_forward(b.x, w.input_norm, eps, b.input_normed, b.input_rstd, Store::kOverwrite);
  stack_forward(layer, kQkv, b.input_normed, b.lora_h[kQkv], b.qkv, Store::kOverwrite);
  place_heads(layer, b);
  attend(layer, b);
  backend_.copy(b.x, b.x_mid);
  if (config_.post_norms) {
    stack_forward(layer, kOut, b.attended, b.lora_h[kOut], b.attention_out, Store::kOverwrite);
    backend_.rms_norm_forward(b.attention_out, w.attention_post_norm, eps, b.x_mid, b.attention_rstd,
                              Store::kAdd);
  } else {
    stack_forward(layer, kOut, b.attended, b.lora_h[kOut], b.x_mid, Store::kAdd);
  }

  backend_.rms_norm_forward(b.x_mid, w.mid_norm, eps, b.mid_normed, b.mid_rstd, Store::kOverwrite);
  stack_forward(layer, kGateUp, b.mid_normed, b.lora_h[kGateUp], b.gate_up, Store::kOverwrite);
  activation_forward(b.gate_up, act);
  if (y.data != nullptr) backend_.copy(b.x_mid, y);
  if (config_.post_norms) {
    const Matrix out = b.feed_forward_out;
    stack_forward(layer, kDownOnly, act, b.lora_h[kDownOnly], out, Store::kOverwrite);
    // Backward needs rstd even where nobody needs y.
    const Tensor sum = y.data != nullptr ? Tensor(y) : buffers_.d_out.first_rows(batch_.n_tokens);
    backend_.rms_norm_forward(out, w.feed_forward_post_norm, eps, sum, b.feed_forward_rstd,
                              y.data != nullptr ? Store::kAdd : Store::kOverwrite);
  } else {
    stack_forward(layer, kDownOnly, act, b.lora_h[kDownOnly], y, Store::kAdd);
  }
}

// d_x holds the gradient of the layer's output and becomes that of its input.
void Transformer::layer_backward(int64_t layer, const LayerBuffers& b, Matrix d_x) {
  const LayerWeights& w = weights_.layers[static_cast<size_t>(layer)];
  const int64_t t = batch_.n_tokens;
  const Tensor act = buffers_.act.first_rows(t);
  const Tensor d_act = buffers_.d_act.first_rows(t);
  const Tensor d_normed = buffers_.d_normed.first_rows(t);
  const Tensor d_out = buffers_.d_out.first_rows(config_.post_norms ? t : 0);
  const Tensor d_attended = buffers_.d_attended.first_rows(t);
  const Tensor d_qkv = buffers_.d_qkv.first_rows(t);

  activation_forward(b.gate_up, act);
  if (config_.post_norms) {
    backend_.rms_norm_backward(d_x, b.feed_forward_out, w.feed_forward_post_norm, b.feed_forward_rstd, d_out,
                               Store::kOverwrite);
  }
  stack_backward(layer, kDownOnly, config_.post_norms ? d_out : rounded_gradient(d_x), act,
                 b.lora_h[kDownOnly], d_act);
  activation_backward(d_act, b.gate_up);
  stack_backward(layer, kGateUp, b.gate_up, b.mid_normed, b.lora_h[kGateUp], d_normed);
  backend_.rms_norm_backward(d_normed, b.x_mid, w.mid_norm, b.mid_rstd, d_x, Store::kAdd);

  if (config_.post_norms) {
    backend_.rms_norm_backward(d_x, b.attention_out, w.attention_post_norm, b.attention_rstd, d_out,
                               Store::kOverwrite);
  }
  stack_backward(layer, kOut, config_.post_norms ? d_out : rounded_gradient(d_x), b.attended, b.lora_h[kOut],
                 d_attended);
  backend_.attention_backward(attention_shape(layer), d_attended, b.qkv, b.attended, b.lse,
                              buffers_.attention_scratch.first_rows(t), d_qkv);
  place_heads_backward(layer, b, d_qkv);
  // Nothing below the first layer learns.
  const bool first = layer == 0;
  stack_backward(layer, kQkv, d_qkv, b.input_normed, b.lora_h[kQkv], first ? Tensor{} : d_normed);
  if (!first) backend_.rms_norm_backward(d_normed, b.x, w.input_norm, b.input_rstd, d_x, Store::kAdd);
}

void Transformer::place_heads(int64_t layer, const LayerBuffers& b) {
  const LayerWeights& w = weights_.layers[static_cast<size_t>(layer)];
  const RopeTable& rope = rope_of(layer);
  if (!config_.qk_norm) {
    backend_.rope_forward(turned(b.qkv), buffers_.positions, rope.cos, rope.sin);
    return;
  }
  const int64_t q = config_.n_heads, k = config_.n_kv_heads, e = config_.head_dim;
  const auto norm_turn = [&](int64_t first, int64_t n, const float* weight) {
    backend_.norm_turn_forward(b.qkv.col_range(first * e, n * e), weight, config_.rms_norm_eps,
                               b.qk.col_range(first * e, n * e), b.qk_rstd.col_range(first, n),
                               buffers_.positions, rope.cos, rope.sin);
  };
  norm_turn(0, q, w.q_norm);
  norm_turn(q, k, w.k_norm);
}

void Transformer::place_heads_backward(int64_t layer, const LayerBuffers& b, Tensor d_qkv) {
  const LayerWeights& w = weights_.layers[static_cast<size_t>(layer)];
  const RopeTable& rope = rope_of(layer);
  if (!config_.qk_norm) {
    backend_.rope_backward(turned(d_qkv), buffers_.positions, rope.cos, rope.sin);
    return;
  }
  const int64_t q = config_.n_heads, k = config_.n_kv_heads, e = config_.head_dim;
  const auto norm_turn = [&](int64_t first, int64_t n, const float* weight) {
    backend_.norm_turn_backward(d_qkv.col_range(first * e, n * e), weight, b.qk.col_range(first * e, n * e),
                                b.qk_rstd.col_range(first, n), buffers_.positions, rope.cos, rope.sin);
  };
  norm_turn(0, q, w.q_norm);
  norm_turn(q, k, w.k_norm);
}

void Transformer::attend(int64_t layer, const LayerBuffers& b) {
  const AttentionShape shape = attention_shape(layer);
  if (kv_cache_ == nullptr) {
    backend_.attention_forward(shape, b.qkv, b.attended, b.lse);
    return;
  }
  const Tensor kv = b.qkv.col_range(b.attended.cols, b.qkv.cols - b.attended.cols);
  std::vector<CachedSequence> cached;
  for (int64_t s = 0; s < batch_.n_sequences; ++s) {
    const int64_t first = batch_.cu_seqlens[s], n = batch_.cu_seqlens[s + 1] - first;
    const int64_t before = kv_cache_->length(slots_[s]);
    const Tensor rows = kv_cache_->rows(layer, slots_[s]);
    backend_.copy(kv.row_range(first, n), rows.row_range(before, n));
    cached.push_back({rows.first_rows(before + n), before});
  }
  backend_.attention_cached(shape, cached.data(), b.qkv, b.attended);
}

void Transformer::activation_forward(ConstTensor gate_up, Tensor y) const {
  if (config_.activation == KAIAKU_ACTIVATION_GELU_TANH) {
    backend_.geglu_forward(gate_up, y);
  } else {
    backend_.swiglu_forward(gate_up, y);
  }
}

void Transformer::activation_backward(ConstTensor d_y, Tensor gate_up) const {
  if (config_.activation == KAIAKU_ACTIVATION_GELU_TANH) {
    backend_.geglu_backward(d_y, gate_up);
  } else {
    backend_.swiglu_backward(d_y, gate_up);
  }
}

void Transformer::stack_forward(int64_t layer, Stack stack, ConstTensor x, Tensor h, Tensor y, Store store) {
  const FrozenLinear& linear = weights_.layers[static_cast<size_t>(layer)].linears[stack];
  if (pass_.squares != nullptr) pass_.squares->add(layer, stack, x);
  if (y.data != nullptr && !stored_forward(linear, x, y, store)) {
    const ConstTensor w = buffers_.matrices.get(backend_, weights_, layer, stack);
    backend_.linear_forward(x, w, linear.bias, y, store);
  }
  if (!pass_.use_adapter) return;
  const LoraStack& lora = adapter_->stack(layer, stack);
  if (lora.parts.empty()) return;
  const Dropout dropout = dropout_of(layer, stack);
  if (dropout.p > 0) {
    const Tensor dropped{buffers_.dropped.data, x.type, x.rows, x.cols, x.cols};
    backend_.dropout_forward(dropout, x, dropped);
    x = dropped;
  }
  backend_.lora_forward(lora, scaling_, x, h, y);
}

bool Transformer::stored_forward(const FrozenLinear& linear, ConstTensor x, Tensor y, Store store) {
  const FrozenMatrix& matrix = linear.weight;
  for (size_t i = 0; i < matrix.n_parts(); ++i) {
    if (!backend_.multiplies_stored(matrix.stored(i), x.rows)) return false;
  }
  int64_t first = 0;
  for (size_t i = 0; i < matrix.n_parts(); ++i) {
    const StoredMatrix part = matrix.stored(i);
    const float* bias = linear.bias == nullptr ? nullptr : linear.bias + first;
    backend_.linear_forward_stored(x, part, bias, y.col_range(first, part.rows), store);
    first += part.rows;
  }
  return true;
}

void Transformer::stack_backward(int64_t layer, Stack stack, ConstTensor d_y, ConstTensor x, ConstTensor h,
                                 Tensor d_x) {
  if (d_x.data != nullptr) {
    const ConstTensor w = buffers_.matrices.get(backend_, weights_, layer, stack);
    backend_.linear_backward_input(d_y, w, d_x, Store::kOverwrite);
  }
  const LoraStack& lora = adapter_->stack(layer, stack);
  if (lora.parts.empty()) return;
  const Tensor g{buffers_.lora_g.data, h.type, batch_.n_tokens, h.cols, h.cols};
  const Dropout dropout = dropout_of(layer, stack);
  if (dropout.p == 0) {
    backend_.lora_backward(lora, scaling_, d_y, x, h, g, d_x);
    return;
  }
  const Tensor dropped{buffers_.dropped.data, x.type, x.rows, x.cols, x.cols};
  backend_.dropout_forward(dropout, x, dropped);
  backend_.lora_backward(lora, scaling_, d_y, dropped, h, g, {});
  if (d_x.data == nullptr) return;
  backend_.linear_backward_input(g, lora.a, dropped, Store::kOverwrite);
  backend_.dropout_backward(dropout, dropped, d_x);
}

Dropout Transformer::dropout_of(int64_t layer, Stack stack) const {
  return {pass_.dropout.p, mix64(pass_.dropout.key ^ mix64(static_cast<uint64_t>(layer * kStacks + stack)))};
}

ConstTensor Transformer::rounded_gradient(Matrix d_x) const {
  if (buffers_.act.type == DType::kF32) return d_x;
  const Tensor rounded = buffers_.d_out.first_rows(d_x.rows);
  backend_.copy(d_x, rounded);
  return rounded;
}

LayerBuffers Transformer::rows_of(const LayerBuffers& layer) const {
  LayerBuffers cut = layer;
  for (Matrix* m : {&cut.x, &cut.qk_rstd, &cut.lse, &cut.attention_out, &cut.x_mid, &cut.feed_forward_out}) {
    *m = m->first_rows(batch_.n_tokens);
  }
  for (Tensor* m : {&cut.input_normed, &cut.qk, &cut.qkv, &cut.attended, &cut.mid_normed, &cut.gate_up}) {
    *m = m->first_rows(batch_.n_tokens);
  }
  for (Tensor& h : cut.lora_h) h = h.first_rows(batch_.n_tokens);
  return cut;
}

AttentionShape Transformer::attention_shape(int64_t layer) const {
  const int64_t window = is_local(config_, layer) ? config_.sliding_window : buffers_.rope.cos.rows;
  return {config_.n_heads, config_.n_kv_heads, config_.head_dim,   config_.attention_scale,
          window,          batch_.cu_seqlens,  batch_.n_sequences, buffers_.begins,
          buffers_.ends};
}

const RopeTable& Transformer::rope_of(int64_t layer) const {
  return is_local(config_, layer) ? buffers_.local_rope : buffers_.rope;
}

Tensor Transformer::turned(Tensor qkv) const {
  return qkv.col_range(0, (config_.n_heads + config_.n_kv_heads) * int64_t{config_.head_dim});
}

}  // namespace kaiaku
