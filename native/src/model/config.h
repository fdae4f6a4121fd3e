// The sizes of a model, and the seven linears of its layers.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/tensor.h"
#include "kaiaku.h"

namespace kaiaku {

using ModelConfig = kaiaku_model_config;

// Throws KAIAKU_INVALID_ARGUMENT or KAIAKU_UNSUPPORTED, naming the field.
void check_config(const ModelConfig& config);

// Whether a layer sees the sliding window only, and whether any does.
bool is_local(const ModelConfig& config, int64_t layer);
bool has_local_layers(const ModelConfig& config);

// In the order of their KAIAKU_TARGET_* bits.
enum Linear { kQ, kK, kV, kO, kGate, kUp, kDown };
constexpr int kLinears = 7;

// Linears that read the same input lie in one matrix, one below the other, and run as one product.
enum Stack { kQkv, kOut, kGateUp, kDownOnly };
constexpr int kStacks = 4;

struct LinearFacts {
  const char* name;   // "self_attn.q_proj"
  Stack stack;        // the matrix that it lies in
  int64_t first_out;  // its first row there
  int64_t out;
  int64_t in;
};

std::array<LinearFacts, kLinears> linears_of(const ModelConfig& config);

int64_t stack_outputs(const ModelConfig& config, Stack stack);
int64_t stack_inputs(const ModelConfig& config, Stack stack);

// Of a KAIAKU_COMPUTE_*; throws KAIAKU_UNSUPPORTED for another number.
DType compute_type(int32_t compute);

// "model.layers.3." + rest.
std::string layer_name(int64_t layer, const std::string& rest);

}  // namespace kaiaku
