#include "backend/cpu/cpu_backend.h"
#include "backend/devices.h"

namespace kaiaku {

std::unique_ptr<Backend> open_backend(int32_t device) {
  if (device < 0) return std::make_unique<CpuBackend>();
  return open_gpu(device);
}

int64_t backend_scratch(int32_t device) {
  // What cuBLASLt's algorithms are offered: NVIDIA recommends 32 MiB from Hopper on.
  return device < 0 ? 0 : int64_t{32} << 20;
}

int64_t attention_scratch(int32_t device, int64_t n_heads, int64_t head_dim) {
  // The processor keeps what each query head adds to the gradients of q, k and v, a GPU one sum a head.
  return device < 0 ? 3 * n_heads * head_dim : n_heads;
}

}  // namespace kaiaku
