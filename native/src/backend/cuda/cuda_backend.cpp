#include "cuda_backend.h"

#include <cstring>

#include "base/error.h"
#include "base/log.h"
#include "kaiaku.h"
#include "launch.h"
#include "lt_matmul.h"

namespace kaiaku::cuda {

CudaBackend::CudaBackend(int device) : device_(device) {
  check(cudaSetDevice(device), "cudaSetDevice");
  cudaStream_t queue = nullptr;
  check(cudaStreamCreateWithFlags(&queue, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  stream_.reset(queue, cudaStreamDestroy);
  void* pinned = nullptr;
  check(cudaMallocHost(&pinned, kStagingBytes), "cudaMallocHost");
  staging_.reset(static_cast<std::byte*>(pinned), cudaFreeHost);
  partial_sums_ = allocate(kSquareSums * static_cast<int64_t>(sizeof(double)), "partial sums");
  workspace_ = allocate(LtMatmul::kWorkspaceBytes, "workspace of matrix products");
  lt_ = LtMatmul::open(workspace_.get());
  if (lt_ == nullptr) workspace_.reset();
}

CudaBackend::~CudaBackend() {
  cudaSetDevice(device_);
  cudaStreamSynchronize(stream_.get());
}

void CudaBackend::require_compute(DType type) const {
  if (type != DType::kBf16) {
    fail(KAIAKU_UNSUPPORTED, "options.compute is ", KAIAKU_COMPUTE_F32, " (f32), a GPU computes in bf16 (",
         KAIAKU_COMPUTE_BF16, ")");
  }
}

cudaStream_t CudaBackend::stream() const {
  check(cudaSetDevice(device_), "cudaSetDevice");
  return stream_.get();
}

std::shared_ptr<std::byte> CudaBackend::allocate(int64_t n, const std::string& name) {
  const cudaStream_t queue = stream();
  void* block = nullptr;
  const cudaError_t status = cudaMalloc(&block, static_cast<size_t>(n));
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    fail(KAIAKU_OUT_OF_MEMORY, name, ": ", n, " bytes asked for, device ", device_, " has ", free,
         " free of ", total);
  }
  check(status, name.c_str());
  std::shared_ptr<std::byte> owner(static_cast<std::byte*>(block), [device = device_](std::byte* memory) {
    cudaSetDevice(device);
    cudaFree(memory);
  });
  check(cudaMemsetAsync(block, 0, static_cast<size_t>(n), queue), name.c_str());
  // Other backends of the device may be handed this memory.
  check(cudaStreamSynchronize(queue), name.c_str());
  return owner;
}

void CudaBackend::upload(const void* from, int64_t n, void* to) {
  const auto size = static_cast<size_t>(n);
  if (n > kStagingBytes) {
    check(cudaMemcpyAsync(to, from, size, cudaMemcpyHostToDevice, stream()), "upload");
    return finish();
  }
  if (staged_ + n > kStagingBytes) finish();
  void* staged = staging_.get() + staged_;
  std::memcpy(staged, from, size);
  staged_ += n;
  check(cudaMemcpyAsync(to, staged, size, cudaMemcpyHostToDevice, stream()), "upload");
}

void CudaBackend::download(const void* from, int64_t n, void* to) {
  check(cudaMemcpyAsync(to, from, static_cast<size_t>(n), cudaMemcpyDeviceToHost, stream()), "download");
  finish();
}

void CudaBackend::zero(void* to, int64_t n) {
  check(cudaMemsetAsync(to, 0, static_cast<size_t>(n), stream()), "zero");
}

void CudaBackend::finish() {
  check(cudaStreamSynchronize(stream()), "waiting for the device");
  staged_ = 0;
}

}  // namespace kaiaku::cuda
