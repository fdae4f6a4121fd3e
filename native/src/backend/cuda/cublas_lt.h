// cuBLASLt, opened at run time: the library works without it.
#pragma once

#include <cublasLt.h>

#include <memory>
#include <string>

namespace kaiaku::cuda {

// The functions that are used of it.
class CublasLt {
 public:
  // Opens KAIAKU_CUBLASLT if that is set, else what the loader's path, the toolkit or an installed wheel has,
  // versions 13 and 12. Null where there is none.
  static std::unique_ptr<CublasLt> open();
  ~CublasLt();

  const std::string& path() const { return path_; }
  size_t version() const { return get_version(); }

  decltype(&cublasLtCreate) create;
  decltype(&cublasLtDestroy) destroy;
  decltype(&cublasLtGetVersion) get_version;
  decltype(&cublasLtMatmul) matmul;
  decltype(&cublasLtMatmulDescCreate) desc_create;
  decltype(&cublasLtMatmulDescDestroy) desc_destroy;
  decltype(&cublasLtMatmulDescSetAttribute) desc_set;
  decltype(&cublasLtMatrixLayoutCreate) layout_create;
  decltype(&cublasLtMatrixLayoutDestroy) layout_destroy;
  decltype(&cublasLtMatmulPreferenceCreate) preference_create;
  decltype(&cublasLtMatmulPreferenceDestroy) preference_destroy;
  decltype(&cublasLtMatmulPreferenceSetAttribute) preference_set;
  decltype(&cublasLtMatmulAlgoGetHeuristic) heuristic;

 private:
  CublasLt(void* library, std::string path);

  void* library_;
  std::string path_;
};

}  // namespace kaiaku::cuda
