// The transformer's layers, forward and backward, written out by hand.
#pragma once

#include "backend/backend.h"
#include "model/adapter.h"
#include "model/batch.h"
#include "model/buffers.h"
#include "model/model.h"

namespace kaiaku {

enum class Keep { kNothing, kForBackward };

class Transformer {
 public:
  // Borrows everything.
  Transformer(const Model& model, const kaiaku_trainer_options& options, const Adapter& adapter,
              Buffers& buffers, MatmulCache& cache);

  // Runs the embedding and the first n_layers layers; the result [T, D] lives in a buffer until the next
  // pass.
  ConstMatrix forward(const Batch& batch, int64_t n_layers, bool use_adapter, Keep keep);

  // After forward of all layers with kForBackward: adds to the adapter's gradients. Expects the gradient of
  // forward's result in buffers.d_x and overwrites it.
  void backward(const Batch& batch);

 private:
  // y [T, D]; without data only what backward needs is computed.
  void layer_forward(int64_t layer, const LayerBuffers& b, bool use_adapter, Matrix y);
  void layer_backward(int64_t layer, const LayerBuffers& b, Matrix d_x);

  // q and k in b.qkv, head by head; what they were is kept in b.qk.
  void norm_heads(const LayerWeights& w, const LayerBuffers& b);
  void norm_heads_backward(const LayerWeights& w, const LayerBuffers& b, Matrix d_qkv);

  void activation_forward(ConstMatrix gate_up, Matrix y) const;
  void activation_backward(ConstMatrix d_y, Matrix gate_up) const;

  // y [T, out] = the stack's linears on x, adapter included; with kAdd on top of what y holds; without data
  // only h.
  void stack_forward(int64_t layer, Stack stack, bool use_adapter, ConstMatrix x, Matrix h, Matrix y,
                     Store store);
  // d_x [T, in], not computed where its data is null; adds to the gradients of the stack's LoRA.
  void stack_backward(int64_t layer, Stack stack, ConstMatrix d_y, ConstMatrix x, ConstMatrix h, Matrix d_x);

  // The buffers of a layer, cut to the rows of the current batch.
  LayerBuffers rows_of(const LayerBuffers& layer) const;
  AttentionShape attention_shape(int64_t layer) const;
  const RopeTable& rope_of(int64_t layer) const;
  // q and k in rows of q, k and v.
  Matrix turned(Matrix qkv) const;

  const ModelConfig& config_;
  const Weights& weights_;
  const Adapter& adapter_;
  const float scaling_;
  const int64_t first_kept_;  // layers before it run again in backward
  Buffers& buffers_;
  MatmulCache& cache_;
  Batch batch_{};
};

}  // namespace kaiaku
