// Trains an adapter: gradients over micro-batches, then a step of AdamW.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/arena.h"
#include "model/head.h"
#include "model/transformer.h"
#include "train/options.h"

namespace kaiaku {

// Bytes that a model and trainer of these sizes will hold; checks both.
kaiaku_memory plan_memory(const ModelConfig& config, const TrainerOptions& options);

// One arena for each line of kaiaku_memory but the weights'.
struct TrainerMemory {
  // Measures; nothing is allocated.
  TrainerMemory(const ModelConfig& config, const TrainerOptions& options);

  kaiaku_memory summary(Model::Bytes model) const;

  Arena adapter{"adapter and its gradients"};
  Arena optimizer{"optimiser moments"};
  Arena activations{"activations"};
  Arena workspace{"workspace"};
  Arena host{"offloaded activations"};
};

class Trainer {
 public:
  // Borrows the model, which must be sealed.
  Trainer(const Model& model, const TrainerOptions& options);
  // The same on a backend of the model's device.
  Trainer(const Model& model, const TrainerOptions& options, std::unique_ptr<Backend> backend);
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  struct Loss {
    double sum;
    int64_t n_targets;
  };

  // Each does what the function kaiaku_trainer_* of its name says; batches are checked here.
  Loss accumulate(const Batch& batch, const uint8_t* learn);
  float update(float lr);
  void evaluate(const Batch& batch, const uint8_t* learn, bool use_adapter, float* token_nll);
  void logits(const Batch& batch, bool use_adapter, float* logits);
  void hidden(const Batch& batch, bool use_adapter, int64_t layer, float* hidden);

  void get_tensor(int32_t state, const std::string& name, float* values, int64_t n) const;
  void set_tensor(int32_t state, const std::string& name, const float* values, int64_t n);

  int64_t step() const { return step_; }
  void set_step(int64_t step);
  kaiaku_memory memory() const;

  void collect_squares(bool on);
  // Throws KAIAKU_WRONG_ORDER where none are being collected.
  const ActivationSquares& squares() const;

  // What a decoder needs.
  const Model& model() const { return model_; }
  const Adapter& adapter() const { return adapter_; }
  float scaling() const { return options_.scaling; }

 private:
  void step_ranges(const std::vector<Adapter::Range>& ranges, float lr);
  // Where a tensor of n values lies in the backend's memory.
  float* find(int32_t state, const std::string& name, int64_t n) const;
  void check(const Batch& batch) const;
  void clear_gradients();

  const Model& model_;
  const TrainerOptions options_;
  const int n_threads_;
  const std::unique_ptr<Backend> backend_;
  TrainerMemory memory_;
  Adapter adapter_;
  Buffers buffers_;
  Transformer transformer_;
  Head head_;
  std::unique_ptr<ActivationSquares> squares_;
  std::vector<float> nll_;  // [T] of the last pass
  int64_t n_targets_ = 0;   // accumulated since the last update
  int64_t n_passes_ = 0;    // the same, calls
  int64_t step_ = 0;
};

}  // namespace kaiaku
