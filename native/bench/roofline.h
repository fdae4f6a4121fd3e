// What a device can do at most, measured in the same run as what is compared with it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "bench.h"

namespace kaiaku::bench {

// Matrices in a backend's memory, and a clock that waits for its work.
class Workbench {
 public:
  // On options.device, ready for products in options.compute.
  explicit Workbench(const Options& options);

  Backend& backend() { return *backend_; }
  DType compute() const { return compute_; }
  // Random values.
  Tensor tensor(DType type, int64_t rows, int64_t cols);
  Tensor tensor(int64_t rows, int64_t cols) { return tensor(compute_, rows, cols); }
  Matrix matrix(int64_t rows, int64_t cols) { return tensor(DType::kF32, rows, cols).as<float>(); }
  int32_t* integers(const std::vector<int32_t>& values);

  Seconds best_seconds(int runs, const std::function<void()>& run);

 private:
  std::unique_ptr<Backend> backend_;
  DType compute_;
  std::shared_ptr<std::byte> scratch_;
  std::vector<std::shared_ptr<std::byte>> memory_;
};

struct Roofline {
  double flops;  // a second, of the largest product of a layer
  double bytes;  // a second, read and written by a copy
};

Roofline measure_roofline(const Options& options);

}  // namespace kaiaku::bench
