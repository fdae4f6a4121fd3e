// Seeded random values, the same on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "base/tensor.h"

namespace kaiaku::test {

class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed * 2654435761u + 1) {}

  uint32_t bits() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  int64_t below(int64_t n) { return static_cast<int64_t>(bits() % static_cast<uint32_t>(n)); }
  // Uniform in [-scale, scale).
  float value(float scale) { return scale * (static_cast<float>(bits() >> 8) / 8388608.0f - 1.0f); }

  std::vector<float> values(int64_t n, float scale = 1) {
    std::vector<float> all(static_cast<size_t>(n));
    for (float& x : all) x = value(scale);
    return all;
  }

 private:
  uint32_t state_;
};

// A matrix that owns its values.
struct OwnedMatrix {
  OwnedMatrix(int64_t rows, int64_t cols)
      : values(static_cast<size_t>(rows * cols)), n_rows(rows), n_cols(cols) {}
  OwnedMatrix(Random& random, int64_t rows, int64_t cols, float scale = 1) : OwnedMatrix(rows, cols) {
    for (float& x : values) x = random.value(scale);
  }

  Matrix view() { return {values.data(), n_rows, n_cols, n_cols}; }
  operator Matrix() { return view(); }
  operator ConstMatrix() { return view(); }
  operator Tensor() { return view(); }
  operator ConstTensor() { return ConstMatrix(view()); }

  std::vector<float> values;
  int64_t n_rows;
  int64_t n_cols;
};

}  // namespace kaiaku::test
