// The final norm and the vocabulary head, for a chunk of rows at a time.
#pragma once

#include "backend/backend.h"
#include "model/batch.h"
#include "model/buffers.h"
#include "model/model.h"

namespace kaiaku {

class Head {
 public:
  // Borrows everything.
  Head(const Model& model, Buffers& buffers, Backend& backend);

  // nll [targets], host, of predictions from rows of x [T, D].
  void forward(ConstMatrix x, const Targets& targets, float* nll);
  // Also d_x [T, D], the gradient of the sum of nll.
  void forward_backward(ConstMatrix x, const Targets& targets, float* nll, Matrix d_x);

  // y [T, D] = final norm of x [T, D].
  void norm(ConstMatrix x, Tensor y);
  // logits [T, V], host, of every row of x [T, D].
  void logits(ConstMatrix x, float* logits);

 private:
  // Final norm and logits of n uploaded target rows from first on, into the chunk's buffers; returns those.
  Matrix chunk_logits(ConstMatrix x, int64_t first, int64_t n);

  void upload(const Targets& targets);

  // logits [C, V] = normed [C, D] times the head.
  void product(ConstTensor normed, Matrix logits);
  // The head's rows from first on, as many as are dequantised at once.
  ConstTensor head_block(int64_t first) const;

  const ModelConfig& config_;
  const Weights& weights_;
  Buffers& buffers_;
  Backend& backend_;
};

}  // namespace kaiaku
