// The transformer once more, the slow way: one token after another, in double, without any of the library's
// code.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/config.h"
#include "tiny_model.h"

namespace kaiaku::test {

using Tensors = std::map<std::string, std::vector<float>>;

struct NaiveRun {
  std::vector<double> logits;  // [T, V]
  std::map<std::string, std::vector<double>>
      squares;  // by linear, [in]: sum over tokens of its input squared
};

// One sequence on weights of set_random_tensors' names. With adapter matrices ("...lora_A.weight"), scaling
// is s.
NaiveRun naive_run(const ModelConfig& config, const Tensors& weights, const Tensors& adapter, float scaling,
                   const std::vector<int32_t>& tokens);

// What set_random_tensors and tiny_trainer give for these seeds.
Tensors random_tensors(const ModelConfig& config, uint32_t seed = 1);
Tensors adapter_tensors(const Trainer& trainer, const ModelConfig& config, const TrainerOptions& options);

}  // namespace kaiaku::test
