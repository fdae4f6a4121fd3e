#include "backend/devices.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <cstring>

#include "backend/cuda/cuda_backend.h"
#include "base/error.h"
#include "launch.h"

namespace kaiaku {
namespace {

std::string version_text(int version) {
  return text(version / 1000, ".", version % 1000 / 10);
}

// Why there is no device, in one line.
std::string reason(cudaError_t status) {
  int driver = 0;
  int runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  if (driver == 0) return "no NVIDIA driver is installed, everything runs on the CPU";
  if (driver < runtime / 1000 * 1000) {
    return text("the NVIDIA driver is for CUDA ", version_text(driver), ", this build needs ",
                version_text(runtime / 1000 * 1000), " or newer: update the driver");
  }
  return text("CUDA says: ", cudaGetErrorString(status));
}

}  // namespace

std::string backends_text() {
  return "cpu, cuda " + version_text(CUDART_VERSION);
}

int32_t device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

void device_get(int32_t index, kaiaku_device_info* info) {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) fail(KAIAKU_UNSUPPORTED, "device ", index, ": ", reason(status));
  if (index < 0 || index >= count) {
    fail(KAIAKU_UNSUPPORTED, "device ", index, ": this machine has ", count, ", counted from 0");
  }
  cudaDeviceProp properties{};
  size_t free = 0;
  size_t total = 0;
  for (const cudaError_t result :
       {cudaGetDeviceProperties(&properties, index), cudaSetDevice(index), cudaMemGetInfo(&free, &total)}) {
    if (result != cudaSuccess) fail(KAIAKU_UNSUPPORTED, "device ", index, ": ", cudaGetErrorString(result));
  }
  info->compute_major = properties.major;
  info->compute_minor = properties.minor;
  info->total_bytes = static_cast<int64_t>(total);
  info->free_bytes = static_cast<int64_t>(free);
  const std::string name(properties.name, strnlen(properties.name, sizeof info->name - 1));
  std::memset(info->name, 0, sizeof info->name);
  std::copy(name.begin(), name.end(), info->name);
}

std::unique_ptr<Backend> open_gpu(int32_t index) {
  kaiaku_device_info info{};
  device_get(index, &info);
  if (info.compute_major < 8) {
    fail(KAIAKU_UNSUPPORTED, "device ", index, ": ", info.name, " has compute capability ",
         info.compute_major, ".", info.compute_minor, ", bf16 products need 8.0 or newer");
  }
  if (!cuda::has_code_for_device()) {
    fail(KAIAKU_UNSUPPORTED, "device ", index, ": this build has no code for compute capability ",
         info.compute_major, ".", info.compute_minor, " of ", info.name,
         "; rebuild it with KAIAKU_CUDA_ARCHITECTURES=", info.compute_major, info.compute_minor);
  }
  return std::make_unique<cuda::CudaBackend>(index);
}

}  // namespace kaiaku
