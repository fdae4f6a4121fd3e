// Launches and runtime calls whose failure is an exception that names the op.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <type_traits>

namespace kaiaku::cuda {

// Throws what a call returned other than success; op says what was being done.
void check(cudaError_t status, const char* op);

// After each launch: its own error; with KAIAKU_CUDA_SYNC=1 also what went wrong while it ran.
void check_launch(const char* op, cudaStream_t stream);

// Whether the library holds code that the calling thread's device runs.
bool has_code_for_device();

// Lets a kernel take more than 48 KiB of shared memory.
template <class... P>
void allow_shared(const char* op, void (*kernel)(P...), size_t bytes) {
  check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                             cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)),
        op);
}

// Runs kernel(arguments...) on grid blocks of block threads.
template <class... P>
void launch(const char* op, void (*kernel)(P...), dim3 grid, dim3 block, size_t shared, cudaStream_t stream,
            std::common_type_t<P>... arguments) {
  void* pointers[] = {&arguments..., nullptr};
  check(cudaLaunchKernel(reinterpret_cast<const void*>(kernel), grid, block, pointers, shared, stream), op);
  check_launch(op, stream);
}

}  // namespace kaiaku::cuda
