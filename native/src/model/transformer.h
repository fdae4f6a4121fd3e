// The transformer's layers, forward and backward, written out by hand.
#pragma once

#include "backend/backend.h"
#include "model/activation_squares.h"
#include "model/adapter.h"
#include "model/batch.h"
#include "model/buffers.h"
#include "model/kv_cache.h"
#include "model/model.h"

namespace kaiaku {

enum class Keep { kNothing, kForBackward };

// What a pass does besides computing its result.
struct Pass {
  bool use_adapter;
  Keep keep = Keep::kNothing;
  Dropout dropout = {};                  // with the key of the pass; each layer and stack gets one of its own
  ActivationSquares* squares = nullptr;  // what the linears read is added to it
};

class Transformer {
 public:
  // Borrows everything. Without an adapter (null) passes must not ask for it; scaling is its s.
  Transformer(const Model& model, const Adapter* adapter, float scaling, Buffers& buffers, Backend& backend);

  // Runs the embedding and the first n_layers layers; the result [T, D] lives in a buffer until the next
  // pass.
  ConstMatrix forward(const Batch& batch, int64_t n_layers, const Pass& pass);
  // The same for all layers, with sequence i of the batch joining slots[i] of cache after what that holds.
  ConstMatrix forward(const Batch& batch, const int32_t* slots, KvCache& cache, bool use_adapter);

  // After forward of all layers with kForBackward: adds to the adapter's gradients. Expects the gradient of
  // forward's result in buffers.d_x and overwrites it.
  void backward(const Batch& batch);

 private:
  // Hands over what backends need of a batch whose sequences go on after so many tokens each.
  void upload(const Batch& batch, const std::vector<int32_t>& before);
  // Runs batch_ as pass_ says, once it is uploaded.
  ConstMatrix layers_forward(int64_t n_layers);
  // x [T, D] = the embedding of the batch.
  void embed(Matrix x);
  // y [T, D]; without data only what backward needs is computed.
  void layer_forward(int64_t layer, const LayerBuffers& b, Matrix y);
  void layer_backward(int64_t layer, const LayerBuffers& b, Matrix d_x);

  // Whether a layer's input is in the host's memory once the layers after it have run.
  bool is_offloaded(int64_t layer) const;
  int64_t input_bytes() const;

  // The gradient of the stream in the type of compute.
  ConstTensor rounded_gradient(Matrix d_x) const;

  // The heads of q and k in b.qkv: turned by their positions, and before that normed where the config says
  // so; what they were then is kept in b.qk.
  void place_heads(int64_t layer, const LayerBuffers& b);
  void place_heads_backward(int64_t layer, const LayerBuffers& b, Tensor d_qkv);

  void attend(int64_t layer, const LayerBuffers& b);

  void activation_forward(ConstTensor gate_up, Tensor y) const;
  void activation_backward(ConstTensor d_y, Tensor gate_up) const;

  // y [T, out] = the stack's linears on x, adapter included; with kAdd on top of what y holds; without data
  // only h.
  void stack_forward(int64_t layer, Stack stack, ConstTensor x, Tensor h, Tensor y, Store store);
  // The same without an adapter, on the matrix as it is stored; false where it is better dequantised.
  bool stored_forward(const FrozenLinear& linear, ConstTensor x, Tensor y, Store store);
  // d_x [T, in], not computed where its data is null; adds to the gradients of the stack's LoRA.
  void stack_backward(int64_t layer, Stack stack, ConstTensor d_y, ConstTensor x, ConstTensor h, Tensor d_x);

  // Of the input of a stack's A, [T, in]; p is 0 where nothing is dropped.
  Dropout dropout_of(int64_t layer, Stack stack) const;

  // The buffers of a layer, cut to the rows of the current batch.
  LayerBuffers rows_of(const LayerBuffers& layer) const;
  AttentionShape attention_shape(int64_t layer) const;
  const RopeTable& rope_of(int64_t layer) const;
  // q and k in rows of q, k and v.
  Tensor turned(Tensor qkv) const;

  const ModelConfig& config_;
  const Weights& weights_;
  const Adapter* adapter_;
  const float scaling_;
  Buffers& buffers_;
  Backend& backend_;
  const std::unique_ptr<Backend> host_;  // of an embedding in the host's memory, else null
  Batch batch_{};
  Pass pass_{};
  const int32_t* slots_ = nullptr;  // where the pass is on a cache
  KvCache* kv_cache_ = nullptr;
};

}  // namespace kaiaku
