#include "cuda_backend.h"

#include <cstring>

#include "backend/devices.h"
#include "base/error.h"
#include "base/log.h"
#include "kaiaku.h"
#include "launch.h"
#include "lt_matmul.h"

namespace kaiaku::cuda {

namespace {

auto make_stream() {
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  return std::shared_ptr<std::remove_pointer_t<cudaStream_t>>(stream, cudaStreamDestroy);
}

auto make_event() {
  cudaEvent_t event = nullptr;
  check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  return std::shared_ptr<std::remove_pointer_t<cudaEvent_t>>(event, cudaEventDestroy);
}

std::shared_ptr<std::byte> pinned(int64_t n, const std::string& name) {
  void* block = nullptr;
  const cudaError_t status = cudaMallocHost(&block, static_cast<size_t>(n));
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    fail(KAIAKU_OUT_OF_MEMORY, name, ": ", n, " bytes of the host's memory asked for");
  }
  check(status, name.c_str());
  return {static_cast<std::byte*>(block), cudaFreeHost};
}

}  // namespace

CudaBackend::CudaBackend(int device) : device_(device) {
  check(cudaSetDevice(device), "cudaSetDevice");
  stream_ = make_stream();
  copies_ = make_stream();
  work_so_far_ = make_event();
  copies_so_far_ = make_event();
  staging_ = pinned(kStagingBytes, "memory that copies to the GPU start from");
}

CudaBackend::~CudaBackend() {
  cudaSetDevice(device_);
  cudaStreamSynchronize(stream_.get());
  cudaStreamSynchronize(copies_.get());
}

void CudaBackend::prepare(DType type, std::byte* scratch) {
  if (type != DType::kBf16) {
    fail(KAIAKU_UNSUPPORTED, "options.compute is ", KAIAKU_COMPUTE_F32, " (f32), a GPU computes in bf16 (",
         KAIAKU_COMPUTE_BF16, ")");
  }
  scratch_ = scratch;
  stream();  // a handle of cuBLASLt belongs to the calling thread's device
  lt_ = LtMatmul::open(scratch, backend_scratch(device_));
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
         " free of ", total, "; another process may hold the rest, see nvidia-smi");
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

std::shared_ptr<std::byte> CudaBackend::allocate_host(int64_t n, const std::string& name) {
  stream();
  return pinned(n, name);
}

cudaStream_t CudaBackend::copies_after_work() {
  check(cudaEventRecord(work_so_far_.get(), stream()), "cudaEventRecord");
  check(cudaStreamWaitEvent(copies_.get(), work_so_far_.get(), 0), "cudaStreamWaitEvent");
  return copies_.get();
}

void CudaBackend::offload(const void* from, int64_t n, void* to_host) {
  check(cudaMemcpyAsync(to_host, from, static_cast<size_t>(n), cudaMemcpyDeviceToHost, copies_after_work()),
        "offload");
}

void CudaBackend::reload(const void* from_host, int64_t n, void* to) {
  check(cudaMemcpyAsync(to, from_host, static_cast<size_t>(n), cudaMemcpyHostToDevice, copies_after_work()),
        "reload");
}

void CudaBackend::join_copies() {
  check(cudaEventRecord(copies_so_far_.get(), copies_.get()), "cudaEventRecord");
  check(cudaStreamWaitEvent(stream(), copies_so_far_.get(), 0), "cudaStreamWaitEvent");
}

void CudaBackend::finish_copies() {
  check(cudaStreamSynchronize(copies_.get()), "waiting for copies");
}

}  // namespace kaiaku::cuda
