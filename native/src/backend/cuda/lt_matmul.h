// Row-major products through cuBLASLt, the algorithm chosen once for each shape.
#pragma once

#include <cuda_runtime.h>

#include <memory>
#include <string>

#include "base/tensor.h"

namespace kaiaku::cuda {

// A matrix of bf16, or its transpose.
struct ProductOperand {
  ConstTensor matrix;
  bool transposed;

  int64_t rows() const { return transposed ? matrix.cols : matrix.rows; }
  int64_t cols() const { return transposed ? matrix.rows : matrix.cols; }
};

class LtMatmul {
 public:
  // Null where there is no cuBLASLt on this machine. workspace [bytes] stays the caller's.
  static std::unique_ptr<LtMatmul> open(void* workspace, int64_t bytes);
  ~LtMatmul();

  // y = scale * a b, y of bf16 or f32, on top of what y holds where add is set. False where cuBLASLt has no
  // algorithm for it.
  bool multiply(const ProductOperand& a, const ProductOperand& b, Tensor y, float scale, bool add,
                cudaStream_t stream);

 private:
  struct Impl;
  explicit LtMatmul(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Where cuBLASLt was found and its version, or that there is none.
std::string cublas_lt_text();

}  // namespace kaiaku::cuda
