// A transformer small enough for finite differences, with random weights.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/model.h"
#include "random.h"
#include "train/trainer.h"

namespace kaiaku::test {

// Two layers; H*E is not D, and two query heads share a key/value head.
ModelConfig tiny_config();
// The same with norms of q and k; with a window of 4 in both layers; with everything at once, the second
// layer global.
ModelConfig qwen3_like_config();
ModelConfig windowed_config();
ModelConfig gemma3_like_config();
TrainerOptions tiny_options();

// Random values for every tensor that the config asks for, one after the other.
using TensorSink = std::function<void(const std::string& name, const std::vector<int64_t>& shape,
                                      const std::vector<float>& values)>;
void each_random_tensor(const ModelConfig& config, uint32_t seed, const TensorSink& sink);
// Hands over every tensor that the config asks for, except those named.
void set_random_tensors(Model& model, uint32_t seed, const std::vector<std::string>& except = {});
std::unique_ptr<Model> tiny_model(const ModelConfig& config, uint32_t seed = 1);

// "model.layers.0.self_attn.q_proj.lora_A.weight" and all others, with their sizes.
struct LoraMatrixName {
  std::string name;
  int64_t n;
};
std::vector<LoraMatrixName> lora_names(const ModelConfig& config, const TrainerOptions& options);

// A trainer whose A and B are random, so that every gradient is there to be seen.
std::unique_ptr<Trainer> tiny_trainer(const Model& model, const TrainerOptions& options, uint32_t seed = 2);

// A packed batch that owns its arrays.
struct TinyBatch {
  std::vector<int32_t> tokens;
  std::vector<uint8_t> learn;
  std::vector<int32_t> cu_seqlens;

  Batch view() const;
};

// Random tokens in sequences of the given lengths; about two of three count.
TinyBatch tiny_batch(const ModelConfig& config, const std::vector<int32_t>& lengths, uint32_t seed = 3);

std::vector<float> get(const Trainer& trainer, int32_t state, const LoraMatrixName& matrix);

}  // namespace kaiaku::test
