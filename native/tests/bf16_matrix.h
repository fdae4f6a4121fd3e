// Matrices of bf16 for tests of what reads and writes them.
#pragma once

#include "base/tensor.h"
#include "guarded_memory.h"
#include "random.h"

namespace kaiaku::test {

// A matrix of bf16 at the end of what memory there is.
class Bf16Matrix {
 public:
  Bf16Matrix(int64_t rows, int64_t cols)
      : rows_(rows), cols_(cols), memory_(static_cast<size_t>(rows * cols) * sizeof(Bf16)) {}
  explicit Bf16Matrix(const OwnedMatrix& values) : Bf16Matrix(values.n_rows, values.n_cols) {
    for (size_t i = 0; i < values.values.size(); ++i) view().data[i] = rounded<Bf16>(values.values[i]);
  }

  MatrixView<Bf16> view() { return {memory_.as<Bf16>(), rows_, cols_, cols_}; }
  operator Tensor() { return view(); }
  operator ConstTensor() { return MatrixView<const Bf16>(view()); }

  OwnedMatrix floats() {
    OwnedMatrix values(rows_, cols_);
    for (size_t i = 0; i < values.values.size(); ++i) values.values[i] = to_float(view().data[i]);
    return values;
  }

 private:
  int64_t rows_, cols_;
  GuardedMemory memory_;
};

}  // namespace kaiaku::test
