#include "model/matrix_cache.h"

#include <algorithm>

namespace kaiaku {
namespace {

constexpr Stack kAll[] = {kQkv, kOut, kGateUp, kDownOnly};

int64_t values_of(const ModelConfig& config, Stack stack) {
  return stack_outputs(config, stack) * stack_inputs(config, stack);
}

}  // namespace

MatrixCache::MatrixCache(const ModelConfig& config, DType type, AtOnce at_once, int64_t held_layers,
                         int64_t least_values, Arena& arena)
    : type_(type), at_once_(at_once), first_held_(config.n_layers - held_layers) {
  const bool as_kept = config.weights == (type == DType::kF32 ? KAIAKU_WEIGHTS_F32 : KAIAKU_WEIGHTS_BF16);
  const auto take = [&](Stack stack, int64_t least) {
    return arena.tensor(type, 1, std::max(as_kept ? 0 : values_of(config, stack), least));
  };
  widest_ = *std::max_element(std::begin(kAll), std::end(kAll),
                              [&](Stack a, Stack b) { return values_of(config, a) < values_of(config, b); });
  working_.of.fill(-1);
  working_.matrices.fill(take(widest_, least_values));
  if (as_kept) return;
  for (const Stack stack : kAll) {
    if (at_once == AtOnce::kLayer && stack != widest_) working_.matrices[stack] = take(stack, 0);
  }
  for (int64_t layer = first_held_; layer < config.n_layers; ++layer) {
    held_.emplace_back();
    held_.back().of.fill(-1);
    for (const Stack stack : kAll) held_.back().matrices[stack] = take(stack, 0);
  }
}

ConstTensor MatrixCache::get(Backend& backend, const Weights& weights, int64_t layer, Stack stack) {
  const FrozenMatrix& matrix = weights.layers[static_cast<size_t>(layer)].linears[stack].weight;
  if (matrix.is_kept_as(type_)) return matrix.in(backend, type_, {});
  const bool is_held = layer >= first_held_ && !held_.empty();
  Layer& place = is_held ? held_[static_cast<size_t>(layer - first_held_)] : working_;
  const Tensor buffer = place.matrices[stack];
  if (place.of[stack] == layer) return {buffer.data, type_, matrix.rows(), matrix.cols(), matrix.cols()};
  if (!is_held && at_once_ == AtOnce::kOne) place.of.fill(-1);
  place.of[stack] = layer;
  return matrix.in(backend, type_, buffer);
}

Tensor MatrixCache::scratch() {
  if (at_once_ == AtOnce::kOne) working_.of.fill(-1);
  working_.of[widest_] = -1;
  return working_.matrices[widest_];
}

}  // namespace kaiaku
