#include "launch.h"

namespace kaiaku::cuda {
namespace {

__global__ void probe_kernel() {}

}  // namespace

bool has_code_for_device() {
  cudaFuncAttributes attributes{};
  const cudaError_t status = cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(probe_kernel));
  cudaGetLastError();
  return status == cudaSuccess;
}

}  // namespace kaiaku::cuda
