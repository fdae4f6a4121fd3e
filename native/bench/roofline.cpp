#include "roofline.h"

#include "backend/devices.h"

namespace kaiaku::bench {

Workbench::Workbench(const Options& options)
    : backend_(open_backend(options.device)), compute_(compute_type(options.compute)) {
  const int64_t n = backend_scratch(options.device);
  if (n > 0) scratch_ = backend_->allocate(n, "scratch");
  backend_->prepare(compute_, scratch_.get());
}

Tensor Workbench::tensor(DType type, int64_t rows, int64_t cols) {
  const Tensor made{nullptr, type, rows, cols, cols};
  memory_.push_back(backend_->allocate(made.bytes(), "a benchmark's matrix"));
  std::vector<float> values(static_cast<size_t>(made.size()));
  uint32_t state = 1;
  for (float& x : values) {
    state = state * 1664525u + 1013904223u;
    x = static_cast<float>(state >> 8) / static_cast<float>(1u << 24) - 0.5f;
  }
  Tensor tensor = made;
  tensor.data = memory_.back().get();
  if (type == DType::kF32) {
    backend_->upload(values.data(), tensor.bytes(), tensor.data);
  } else {
    std::vector<Bf16> halves(values.size());
    round_to_bf16(values.data(), tensor.size(), halves.data());
    backend_->upload(halves.data(), tensor.bytes(), tensor.data);
  }
  return tensor;
}

int32_t* Workbench::integers(const std::vector<int32_t>& values) {
  const auto n = static_cast<int64_t>(values.size() * sizeof(int32_t));
  memory_.push_back(backend_->allocate(n, "a benchmark's numbers"));
  backend_->upload(values.data(), n, memory_.back().get());
  return reinterpret_cast<int32_t*>(memory_.back().get());
}

Seconds Workbench::best_seconds(int runs, const std::function<void()>& run) {
  return bench::best_seconds(runs, [&] {
    run();
    backend_->finish();
  });
}

Roofline measure_roofline(const Options& options) {
  const ModelConfig config = config_of(options);
  Workbench bench(options);
  const int64_t t = options.micro_tokens, in = config.hidden_size, out = stack_outputs(config, kGateUp);
  const int runs = options.device >= 0 ? 20 : 3;
  const Tensor x = bench.tensor(t, in), w = bench.tensor(out, in), y = bench.tensor(t, out);
  const Seconds product =
      bench.best_seconds(runs, [&] { bench.backend().linear_forward(x, w, nullptr, y, Store::kOverwrite); });
  const Tensor copy = bench.tensor(out, in);
  const Seconds moved = bench.best_seconds(runs, [&] { bench.backend().copy(w, copy); });
  return {2.0 * static_cast<double>(t) * static_cast<double>(in * out) / product.wall,
          2.0 * static_cast<double>(w.bytes()) / moved.wall};
}

}  // namespace kaiaku::bench
