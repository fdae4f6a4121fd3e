#include "launch.h"

#include <cstdlib>
#include <string>

#include "base/error.h"

namespace kaiaku::cuda {

void check(cudaError_t status, const char* op) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // takes it away, so that the next call doesn't report it too
  fail(status == cudaErrorMemoryAllocation ? KAIAKU_OUT_OF_MEMORY : KAIAKU_INTERNAL, op, ": CUDA says ",
       cudaGetErrorName(status), ", ", cudaGetErrorString(status));
}

void check_launch(const char* op, cudaStream_t stream) {
  static const bool sync = [] {
    const char* value = std::getenv("KAIAKU_CUDA_SYNC");
    return value != nullptr && std::string(value) == "1";
  }();
  check(cudaGetLastError(), op);
  if (sync) check(cudaStreamSynchronize(stream), op);
}

}  // namespace kaiaku::cuda
