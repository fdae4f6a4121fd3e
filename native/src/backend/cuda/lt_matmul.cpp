#include "backend/cuda/lt_matmul.h"

#include <array>
#include <map>

#include "backend/cuda/cublas_lt.h"
#include "base/error.h"

namespace kaiaku::cuda {
namespace {

void check_lt(cublasStatus_t status, const char* call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    fail(KAIAKU_INTERNAL, call, ": cuBLASLt status ", static_cast<int>(status));
}

// Everything that the choice of an algorithm depends on: sizes, strides, transpositions, type, accumulation,
// alignments.
using Key = std::array<int64_t, 10>;

// What an address is a multiple of, as far as algorithms care.
uint32_t alignment_of(const void* data) {
  uint32_t alignment = 256;
  while (reinterpret_cast<uintptr_t>(data) % alignment != 0) alignment /= 2;
  return alignment;
}

}  // namespace

struct LtMatmul::Impl {
  // cuBLASLt counts columns first: a row-major y = a b is its y^T = b^T a^T.
  struct Product {
    cublasLtMatmulDesc_t desc = nullptr;
    cublasLtMatrixLayout_t b = nullptr, a = nullptr, y = nullptr;
    cublasLtMatmulAlgo_t algorithm{};
    bool found = false;
  };

  ~Impl() {
    for (auto& [key, product] : products) {
      lt->layout_destroy(product.a);
      lt->layout_destroy(product.b);
      lt->layout_destroy(product.y);
      lt->desc_destroy(product.desc);
    }
    if (handle != nullptr) lt->destroy(handle);
  }

  cublasLtMatrixLayout_t layout(const ConstTensor& m) const {
    cublasLtMatrixLayout_t made = nullptr;
    check_lt(lt->layout_create(&made, m.type == DType::kF32 ? CUDA_R_32F : CUDA_R_16BF,
                               static_cast<uint64_t>(m.cols), static_cast<uint64_t>(m.rows), m.stride),
             "cublasLtMatrixLayoutCreate");
    return made;
  }

  Product prepare(const ProductOperand& a, const ProductOperand& b, const Tensor& y) const {
    Product p;
    check_lt(lt->desc_create(&p.desc, CUBLAS_COMPUTE_32F, CUDA_R_32F), "cublasLtMatmulDescCreate");
    const cublasOperation_t first = b.transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    const cublasOperation_t second = a.transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    check_lt(lt->desc_set(p.desc, CUBLASLT_MATMUL_DESC_TRANSA, &first, sizeof first), "TRANSA");
    check_lt(lt->desc_set(p.desc, CUBLASLT_MATMUL_DESC_TRANSB, &second, sizeof second), "TRANSB");
    p.b = layout(b.matrix);
    p.a = layout(a.matrix);
    p.y = layout(y);

    cublasLtMatmulPreference_t preference = nullptr;
    check_lt(lt->preference_create(&preference), "cublasLtMatmulPreferenceCreate");
    const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, auto value) {
      check_lt(lt->preference_set(preference, attribute, &value, sizeof value),
               "cublasLtMatmulPreferenceSetAttribute");
    };
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, static_cast<uint64_t>(workspace_bytes));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_of(b.matrix.data));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment_of(a.matrix.data));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment_of(y.data));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment_of(y.data));
    cublasLtMatmulHeuristicResult_t result{};
    int n_results = 0;
    const cublasStatus_t status =
        lt->heuristic(handle, p.desc, p.b, p.a, p.y, p.y, preference, 1, &result, &n_results);
    lt->preference_destroy(preference);
    p.found = status == CUBLAS_STATUS_SUCCESS && n_results > 0;
    p.algorithm = result.algo;
    return p;
  }

  std::unique_ptr<CublasLt> lt;
  cublasLtHandle_t handle = nullptr;
  void* workspace = nullptr;
  size_t workspace_bytes = 0;
  std::map<Key, Product> products;
};

std::unique_ptr<LtMatmul> LtMatmul::open(void* workspace, int64_t bytes) {
  auto impl = std::make_unique<Impl>();
  impl->lt = CublasLt::open();
  if (impl->lt == nullptr) return nullptr;
  impl->workspace = workspace;
  impl->workspace_bytes = static_cast<size_t>(bytes);
  check_lt(impl->lt->create(&impl->handle), "cublasLtCreate");
  return std::unique_ptr<LtMatmul>(new LtMatmul(std::move(impl)));
}

LtMatmul::LtMatmul(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

LtMatmul::~LtMatmul() = default;

bool LtMatmul::multiply(const ProductOperand& a, const ProductOperand& b, Tensor y, float scale, bool add,
                        cudaStream_t stream) {
  const int64_t flags = a.transposed | b.transposed << 1 | (y.type == DType::kF32) << 2 | add << 3;
  const Key key{y.rows,
                y.cols,
                a.cols(),
                a.matrix.stride,
                b.matrix.stride,
                y.stride,
                flags,
                alignment_of(a.matrix.data),
                alignment_of(b.matrix.data),
                alignment_of(y.data)};
  auto found = impl_->products.find(key);
  if (found == impl_->products.end()) found = impl_->products.emplace(key, impl_->prepare(a, b, y)).first;
  const Impl::Product& p = found->second;
  if (!p.found) return false;
  const float beta = add ? 1.0f : 0.0f;
  check_lt(
      impl_->lt->matmul(impl_->handle, p.desc, &scale, b.matrix.data, p.b, a.matrix.data, p.a, &beta, y.data,
                        p.y, y.data, p.y, &p.algorithm, impl_->workspace, impl_->workspace_bytes, stream),
      "cublasLtMatmul");
  return true;
}

std::string cublas_lt_text() {
  const std::unique_ptr<CublasLt> lt = CublasLt::open();
  if (lt == nullptr) return "no cuBLASLt, products by kernels of our own";
  const size_t version = lt->version();
  return text("cuBLASLt ", version / 10000, ".", version / 100 % 100, " from ", lt->path());
}

}  // namespace kaiaku::cuda
