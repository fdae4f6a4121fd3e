#include "model/adapter.h"

#include "base/error.h"

namespace kaiaku {

std::vector<LinearFacts> targeted_linears(const ModelConfig& config, Stack stack, int32_t targets) {
  const auto linears = linears_of(config);
  std::vector<LinearFacts> targeted;
  for (size_t i = 0; i < linears.size(); ++i) {
    if (linears[i].stack == stack && (targets >> i & 1) != 0) targeted.push_back(linears[i]);
  }
  return targeted;
}

// Layer by layer and stack by stack: first the A of all its linears, which run as one product, then each B.
Adapter::Adapter(const ModelConfig& config, int64_t rank, int32_t targets, DType compute, Arena& adapter,
                 Arena& optimizer)
    : rank_(rank), targets_(targets), compute_(compute) {
  struct Placed {
    std::vector<LinearFacts> linears;
    std::vector<int64_t> a, b;  // offsets
  };
  std::vector<Placed> placed;
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly}) {
      Placed p{targeted_linears(config, stack, targets), {}, {}};
      for (const LinearFacts& linear : p.linears) {
        p.a.push_back(place(layer_name(layer, linear.name) + ".lora_A.weight", rank * linear.in));
      }
      for (const LinearFacts& linear : p.linears) {
        p.b.push_back(place(layer_name(layer, linear.name) + ".lora_B.weight", linear.out * rank));
      }
      placed.push_back(std::move(p));
    }
  }
  for (const Placed& p : placed) {
    for (size_t i = 0; i < p.linears.size(); ++i) {
      a_.push_back({p.a[i], rank * p.linears[i].in});
      b_.push_back({p.b[i], rank * p.linears[i].out});
    }
  }
  states_ = {adapter.vector(size_), adapter.vector(size_), optimizer.vector(size_), optimizer.vector(size_)};
  rounded_ = adapter.tensor(compute, 1, compute == DType::kF32 ? 0 : size_);
  if (states_[0] == nullptr) return;

  for (const Placed& p : placed) {
    LoraStack lora;
    if (!p.linears.empty()) {
      const int64_t rows = static_cast<int64_t>(p.linears.size()) * rank;
      lora.a = weight(p.a[0], rows, p.linears[0].in);
      lora.d_a = view(KAIAKU_STATE_GRADIENT, p.a[0], rows, p.linears[0].in);
    }
    for (size_t i = 0; i < p.linears.size(); ++i) {
      const LinearFacts& linear = p.linears[i];
      lora.parts.push_back({linear.first_out, weight(p.b[i], linear.out, rank),
                            view(KAIAKU_STATE_GRADIENT, p.b[i], linear.out, rank)});
    }
    stacks_.push_back(std::move(lora));
  }
}

Adapter::Range Adapter::find(const std::string& name) const {
  const auto found = ranges_.find(name);
  require(found != ranges_.end(), name, ": the adapter has no such matrix");
  return found->second;
}

int64_t Adapter::place(const std::string& name, int64_t n) {
  const int64_t offset = size_;
  ranges_.emplace(name, Range{offset, n});
  size_ += n;
  return offset;
}

void Adapter::refresh(Backend& backend, int64_t first, int64_t n) {
  if (compute_ == DType::kF32) return;
  backend.copy(view(KAIAKU_STATE_WEIGHT, first, 1, n), rounded_.col_range(first, n));
}

ConstTensor Adapter::weight(int64_t offset, int64_t rows, int64_t cols) const {
  if (compute_ == DType::kF32) return view(KAIAKU_STATE_WEIGHT, offset, rows, cols);
  return {rounded_.data + offset * size_of(compute_), compute_, rows, cols, cols};
}

Matrix Adapter::view(int32_t state_id, int64_t offset, int64_t rows, int64_t cols) const {
  return {state(state_id) + offset, rows, cols, cols};
}

}  // namespace kaiaku
