// Twin of src/backend/cuda/device/launch.h.
#pragma once

#include <cuda_runtime.h>

#include <type_traits>

namespace kaiaku::cuda {

void check(cudaError_t status, const char* op);
void check_launch(const char* op, cudaStream_t stream);

bool has_code_for_device();

template <class... P>
void allow_shared(const char*, void (*)(P...), size_t) {}

template <class... P>
void launch(const char*, void (*kernel)(P...), dim3 grid, dim3 block, size_t shared, cudaStream_t stream,
            std::common_type_t<P>... arguments) {
  flush(stream);
  emulate(grid, block, shared, [&] { kernel(arguments...); });
}

}  // namespace kaiaku::cuda
