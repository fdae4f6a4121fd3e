// For toolkits without cuBLASLt's header.
#include "backend/cuda/lt_matmul.h"

namespace kaiaku::cuda {

struct LtMatmul::Impl {};

std::unique_ptr<LtMatmul> LtMatmul::open(void*, int64_t) {
  return nullptr;
}

LtMatmul::LtMatmul(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

LtMatmul::~LtMatmul() = default;

bool LtMatmul::multiply(const ProductOperand&, const ProductOperand&, Tensor, float, bool, cudaStream_t) {
  return false;
}

std::string cublas_lt_text() {
  return "built without cuBLASLt, products by kernels of our own";
}

}  // namespace kaiaku::cuda
